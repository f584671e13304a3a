import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { HttpClient, HttpService } from '../../../src/links/index.ts';
import { connectLongestMs } from '../../../src/links/http/http-client.ts';
import { retryAfterMs } from '../../../src/links/http/retry-after.ts';

const never = new AbortController().signal;

async function serverOf(
  answer: RequestListener,
  port = 0,
): Promise<AsyncDisposable & { readonly url: URL; readonly sockets: () => number }> {
  const server = createServer(answer);
  let sockets = 0;
  server.on('connection', () => (sockets += 1));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    sockets: () => sockets,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.each(['http://example.org', 'http://192.168.1.5/v1', 'ftp://127.0.0.1/'])(
  'secrets do not go to %s',
  async (url) => {
    using client = new HttpClient();
    const request = { method: 'GET', url: new URL(url), headers: {} };
    await expect(client.send(request, never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(() => new HttpService({ url })).toThrow(/in the clear/);
  },
);

test('one connection is open at a time, and used again', async () => {
  let open = 0;
  let most = 0;
  await using server = await serverOf((_request, response) => {
    open += 1;
    most = Math.max(most, open);
    setImmediate(() => {
      open -= 1;
      response.end('well');
    });
  });
  using client = new HttpClient();
  const request = { method: 'GET', url: server.url, headers: {} };
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => await client.send(request, never)),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(most).toBe(1);
  expect(server.sockets()).toBe(1);
});

test('a request whose connection breaks is sent once, and what must not be sent over a used one gets a new one', async () => {
  const got: string[] = [];
  await using server = await serverOf(({ method = '', socket, url }, response) => {
    got.push(`${method} ${url}`);
    if (url === '/break') socket.destroy();
    else response.end('well');
  });
  using client = new HttpClient();
  const ask = async (method: string, path: string, mayReuse = true): Promise<number> => {
    const url = new URL(path, server.url);
    return (await client.send({ method, url, headers: {}, mayReuse }, never)).status;
  };
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'POST']) {
    expect(await ask('GET', '/first')).toBe(200);
    const before = server.sockets();
    // Over the connection that the one before has left.
    await expect(ask(method, '/break')).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    expect(server.sockets()).toBe(before);
  }
  expect(got.filter((each) => each.endsWith('/break'))).toEqual(
    ['GET', 'PUT', 'PATCH', 'DELETE', 'POST'].map((method) => `${method} /break`),
  );
  expect(await ask('GET', '/kept')).toBe(200);
  const before = server.sockets();
  expect(await ask('POST', '/fresh', false)).toBe(200);
  expect(server.sockets()).toBe(before + 1);
});

test('an answer is read up to its bound, and no redirect is followed', async () => {
  await using server = await serverOf(({ url }, response) => {
    if (url === '/moved') response.writeHead(302, { location: '/' }).end();
    else response.end('x'.repeat(1_000));
  });
  using client = new HttpClient({ responseBytesMost: 999 });
  const ask = async (path: string): Promise<number> => {
    const url = new URL(path, server.url);
    return (await client.send({ method: 'GET', url, headers: {} }, never)).status;
  };
  await expect(ask('/')).rejects.toMatchObject({
    code: 'REPLY_MALFORMED',
    message: expect.stringMatching(/answered with more than 999 bytes/),
  });
  expect(await ask('/moved')).toBe(302);
});

test('who gives up gets its own reason, and the server sees it go', async () => {
  const gone = Promise.withResolvers<void>();
  await using server = await serverOf((request) => {
    request.socket.once('close', () => gone.resolve());
  });
  using client = new HttpClient();
  const giveUp = new AbortController();
  const sent = client.send({ method: 'GET', url: server.url, headers: {} }, giveUp.signal);
  await expect.poll(() => server.sockets()).toBe(1);
  giveUp.abort();
  await expect(sent).rejects.toMatchObject({ code: 'CANCELLED' });
  await gone.promise;
});

test('a server that is not there got nothing, which may be sent again', async () => {
  const server = await serverOf(() => {});
  await server[Symbol.asyncDispose]();
  using client = new HttpClient();
  await expect(
    client.send({ method: 'POST', url: server.url, headers: {} }, never),
  ).rejects.toMatchObject({ code: 'INSTRUMENT_OFFLINE', details: { isSent: false } });
});

test('a service that the network does not lead to is left alone for 30 s, then tried once', async () => {
  const answers: RequestListener = (_request, response) => void response.end('well');
  const first = await serverOf(answers);
  await first[Symbol.asyncDispose]();
  const clock = new ManualClock();
  using service = new HttpService({ url: first.url.href, clock });
  const ask = async (): Promise<string> => {
    try {
      return String((await service.request({ method: 'GET', path: '/' }, never)).status);
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (let failure = 0; failure < 3; failure += 1) expect(await ask()).toMatch(/cannot be reached/);
  expect(await ask()).toMatch(/3 times in a row; it is tried again in 30000 ms/);
  await clock.advance(30_000);
  // One failure more is enough for the next rest.
  expect(await ask()).toMatch(/cannot be reached/);
  expect(await ask()).toMatch(/it is tried again in 30000 ms/);
  await using _second = await serverOf(answers, Number(first.url.port));
  await clock.advance(29_999);
  expect(await ask()).toMatch(/it is tried again in 1 ms/);
  await clock.advance(1);
  expect(await ask()).toBe('200');
});

test('a token that is refused is asked for anew, once', async () => {
  const shown: (string | undefined)[] = [];
  await using server = await serverOf(({ headers }, response) => {
    shown.push(headers.authorization);
    response.writeHead(shown.length < 3 ? 401 : 200).end();
  });
  let given = 0;
  using service = new HttpService({
    url: server.url.href,
    authorization: { header: async () => `Bearer ${(given += 1)}`, refused: () => {} },
  });
  const { status } = await service.request({ method: 'GET', path: '/me' }, never);
  expect([status, shown]).toEqual([401, ['Bearer 1', 'Bearer 2']]);
});

test.each([
  ['7', 7_000],
  ['0', 0],
  ['Tue, 14 Nov 2023 22:13:30 GMT', 10_000],
  ['Tue, 14 Nov 2023 22:13:00 GMT', 0],
  ['soon', 1_000],
  ['999999999', 86_400_000],
])('Retry-After: %s is %d ms', (text, ms) => {
  const nowMs = new ManualClock().now();
  expect(retryAfterMs({ headers: { 'retry-after': text } }, nowMs)).toBe(ms);
});

test('a connection that is still being opened ends with its client', async () => {
  // Whoever listens and never accepts leaves new connections in the air.
  const deaf = spawn('python3', [
    '-c',
    `import socket, time
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(0); print(s.getsockname()[1], flush=True); time.sleep(60)`,
  ]);
  using _deaf = { [Symbol.dispose]: () => void deaf.kill() };
  const port = Number(String((await once(deaf.stdout, 'data'))[0]));
  const url = new URL(`http://127.0.0.1:${port}/`);
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  // The one that Linux takes for a backlog of 0 is there.
  const before = fillers.length - 1;
  await expect.poll(() => opening(port)).toBe(before);
  const client = new HttpClient();
  const giveUp = new AbortController();
  const sent = client.send({ method: 'GET', url, headers: {} }, giveUp.signal);
  await expect.poll(() => opening(port)).toBe(before + 1);
  giveUp.abort();
  await expect(sent).rejects.toMatchObject({ code: 'CANCELLED' });
  client[Symbol.dispose]();
  // Long before it would be given up by itself.
  await expect.poll(() => opening(port), { timeout: connectLongestMs / 2 }).toBe(before);
  for (const filler of fillers) filler.destroy();
});

/** How many connections to this port are being opened. Source: man 5 proc, /proc/net/tcp, state SYN_SENT. */
function opening(port: number): number {
  const to = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 02 `;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .filter((line) => line.includes(to)).length;
}
