import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { exchangeLinkFactory } from '../../../src/links/index.ts';
import type { Link } from '../../../src/links/index.ts';
import { CgminerReplyReader } from '../../../src/protocols/index.ts';

const request = new TextEncoder().encode('{"command":"version"}');
const good = '{"STATUS":[{"STATUS":"S","Code":22}],"VERSION":[{"API":"3.7"}]}\0';

async function serverOf(
  serve: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly link: Link; readonly open: Set<Socket>; taken: number }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    result.taken += 1;
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
    socket.once('data', () => serve(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const result = {
    link: exchangeLinkFactory({ host: '127.0.0.1', port }).create(),
    open,
    taken: 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return result;
}

async function ask(link: Link, signal = new AbortController().signal): Promise<unknown> {
  return await link.exchange?.(request, new CgminerReplyReader('version', 10_000), signal);
}

test('each request has a connection of its own, which ends with the reply', async () => {
  // It is the zero that ends a reply: this server leaves the connection open.
  await using server = await serverOf((socket) => void socket.write(good));
  for (let round = 1; round <= 3; round += 1) {
    expect(await ask(server.link)).toBeInstanceOf(Map);
    expect(server.taken).toBe(round);
    await expect.poll(() => server.open.size).toBe(0);
  }
});

test('who closes without a word, garbles, or never comes to an end is told apart', async () => {
  const said = ['', 'garbage\0', ' '.repeat(20_000)];
  await using server = await serverOf((socket) => void socket.end(said.shift() ?? ''));
  await expect(ask(server.link)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
  await expect(ask(server.link)).rejects.toMatchObject({ code: 'REPLY_MALFORMED' });
  await expect(ask(server.link)).rejects.toMatchObject({
    code: 'REPLY_MALFORMED',
    message: expect.stringMatching(/longer than 10000 bytes/),
  });
});

test('what was given up is late for nobody: its connection is gone', async () => {
  await using server = await serverOf((socket) => {
    if (server.taken > 1) socket.write(good);
  });
  const gone = new AbortController();
  const first = ask(server.link, gone.signal);
  await expect.poll(() => server.open.size).toBe(1);
  gone.abort();
  await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect.poll(() => server.open.size).toBe(0);
  expect(await ask(server.link)).toBeInstanceOf(Map);
});

test('nobody there is INSTRUMENT_OFFLINE, with nothing sent; a closed link asks no more', async () => {
  const server = await serverOf(() => {});
  await server[Symbol.asyncDispose]();
  await expect(ask(server.link)).rejects.toMatchObject({
    code: 'INSTRUMENT_OFFLINE',
    details: { isSent: false },
  });
  await server.link.close();
  await expect(ask(server.link)).rejects.toMatchObject({ code: 'CLOSED' });
});
