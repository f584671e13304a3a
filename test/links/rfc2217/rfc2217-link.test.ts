import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import {
  receivedBytesMost,
  rfc2217LinkFactory,
  serverAnswerMs,
  suspendedMsMost,
} from '../../../src/links/index.ts';
import type { Link, Rfc2217LinkOptions } from '../../../src/links/index.ts';
import type { ComPortCommand } from '../../../src/protocols/index.ts';
import { LoopbackServer } from '../tcp/loopback-server.ts';
import { serveScript } from './scripted-server.ts';
import type { ScriptedClient } from './scripted-server.ts';

const forever = new AbortController().signal;
const end = { end: true, signal: forever };
const links: Link[] = [];

afterEach(async () => {
  await Promise.all(links.splice(0).map(async (link) => await link.close()));
});

function linkTo(server: LoopbackServer, options: Partial<Rfc2217LinkOptions> = {}): Link {
  const link = rfc2217LinkFactory({ ...server.options, ...options }).create();
  links.push(link);
  return link;
}

async function openedTo(
  server: LoopbackServer,
  options: Partial<Rfc2217LinkOptions> = {},
): Promise<Link> {
  const link = linkTo(server, options);
  await link.open(forever);
  return link;
}

/** Moves the clock on until a promise settles, so that it need not be known when its timer is set. */
async function untilSettled<T>(promise: Promise<T>, clock: ManualClock, ms: number): Promise<T> {
  const settled = new AbortController();
  const settle = (): void => settled.abort();
  promise.then(settle, settle);
  while (!settled.signal.aborted) {
    if (clock.pendingCount > 0) await clock.advance(ms);
    await turnOfLoop();
  }
  return await promise;
}

async function readText(link: Link, length: number): Promise<string> {
  let text = '';
  while (text.length < length) text += Buffer.from((await link.read(forever)).data).toString();
  return text;
}

function first(clients: readonly ScriptedClient[]): ScriptedClient {
  const [client] = clients;
  if (client === undefined) throw new Error('no client came');
  return client;
}

describe('opening an RFC 2217 link', () => {
  it('to a server that says nothing ends, and says what was not answered', async () => {
    await using server = await LoopbackServer.listen((client) => client.resume());
    const clock = new ManualClock();
    const link = linkTo(server, { clock });
    await expect(untilSettled(link.open(forever), clock, serverAnswerMs)).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
      message: expect.stringMatching(/rfc2217:.*RFC 2217/),
      nextStep: expect.stringContaining('tcp address'),
    });
    expect(clock.pendingCount).toBe(0);
  });

  it('to a server that refuses the option says so', async () => {
    const { server } = await serveScript({ refused: [44] });
    await using _server = server;
    await expect(openedTo(server)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('COM-PORT-OPTION'),
    });
  });

  it.each<[string, ComPortCommand, string]>([
    ['baud rate', { kind: 'baud-rate', baudRate: 9_600 }, '38400'],
    ['data bits', { kind: 'data-bits', dataBits: 7 }, '8'],
    ['parity', { kind: 'parity', parity: 'even' }, 'none'],
    ['stop bits', { kind: 'stop-bits', stopBits: 2 }, '1'],
    ['flow control', { kind: 'control', control: 'flow-software' }, 'none'],
  ])('to a server that has another %s names it', async (argument, answer, value) => {
    const { server } = await serveScript({
      answer: (command) => (isAlike(command, answer) ? answer : command),
    });
    await using _server = server;
    await expect(openedTo(server)).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      message: expect.stringContaining(argument),
      details: { argument, value },
    });
    // The server's side is not left open.
    await expect.poll(() => server.clients[0]?.readableEnded).toBe(true);
  });

  it('takes a speed that is as near as that of a UART', async () => {
    const { server } = await serveScript({
      answer: (command) =>
        command.kind === 'baud-rate' ? { kind: 'baud-rate', baudRate: 38_461 } : command,
    });
    await using _server = server;
    await expect(openedTo(server)).resolves.toBeDefined();
  });

  it('to a server that leaves out a confirmation names it', async () => {
    const { server } = await serveScript({
      answer: (command) => (command.kind === 'parity' ? undefined : command),
    });
    await using _server = server;
    const clock = new ManualClock();
    // The first wait is over when the server has agreed, so time moves only at the second: when nothing
    // comes any more.
    const opening = linkTo(server, { clock }).open(forever);
    opening.catch(() => {});
    let before = 0;
    const isQuiet = (): boolean => {
      const written = server.clients[0]?.bytesWritten ?? 0;
      const isSame = written === before;
      before = written;
      return isSame && written > 40;
    };
    await expect.poll(isQuiet).toBe(true);
    await expect(untilSettled(opening, clock, serverAnswerMs)).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
      message: expect.stringContaining('did not confirm parity'),
    });
  });

  it('works with a server that refuses BINARY: zeros behind carriage returns are its rule', async () => {
    const { server } = await serveScript({ refused: [0] });
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('a\rb\r\n'), end);
    expect(await readText(link, 5)).toBe('a\rb\r\n');
  });

  it('to a server that ends its half meanwhile says who closed', async () => {
    await using server = await LoopbackServer.listen((client) => client.end('login: '));
    await expect(openedTo(server)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringMatching(/^rfc2217:\/\/127\.0\.0\.1:\d+ closed the connection$/),
    });
  });

  it('is taken back by its signal, or by closing', async () => {
    await using server = await LoopbackServer.listen((client) => client.resume());
    const abort = new AbortController();
    const opening = linkTo(server).open(abort.signal);
    opening.catch(() => {});
    await expect.poll(() => server.clients.length).toBe(1);
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
    const link = linkTo(server);
    const other = link.open(forever);
    other.catch(() => {});
    await expect.poll(() => server.clients.length).toBe(2);
    await link.close();
    await expect(other).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    await expect.poll(() => server.clients.every(({ readableEnded }) => readableEnded)).toBe(true);
  });

  it('drops what came before: a greeting is nobody’s reply', async () => {
    const scripted = await serveScript({
      answer: (command) => {
        if (command.kind === 'baud-rate') first(scripted.clients).send(Buffer.from('stale'));
        return command;
      },
    });
    await using _server = scripted.server;
    const link = await openedTo(scripted.server);
    await link.write(Buffer.from('fresh'), end);
    expect(await readText(link, 5)).toBe('fresh');
  });
});

/** Whether two commands are about the same thing. */
function isAlike(one: ComPortCommand, other: ComPortCommand): boolean {
  if (one.kind !== other.kind) return false;
  return one.kind !== 'control' || one.control.startsWith('flow');
}

describe('an RFC 2217 link', () => {
  it('gives what came before the end, then says who closed', async () => {
    const { server } = await serveScript({
      data: (_, { socket }) => void socket.end('the last words'),
    });
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('bye'), end);
    expect(await readText(link, 14)).toBe('the last words');
    await expect(link.read(forever)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: `rfc2217://127.0.0.1:${server.options.port} closed the connection`,
    });
    await expect(link.write(Buffer.of(1), end)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
    });
  });

  it('sends nothing while the server suspends it, and goes on when it may', async () => {
    const got: string[] = [];
    const { server, clients } = await serveScript({
      data: (data) => void got.push(Buffer.from(data).toString()),
    });
    await using _server = server;
    const link = await openedTo(server);
    const client = first(clients);
    client.say({ kind: 'suspend' });
    // What comes behind it says that it has been read.
    client.send(Buffer.from('!'));
    await link.read(forever);
    const written = link.write(Buffer.from('held'), end);
    await link.setLines?.({ rts: true });
    expect(got).toEqual([]);
    client.say({ kind: 'resume' });
    await written;
    await expect.poll(() => got.join('')).toBe('held');
  });

  it('does not wait for ever for a server that suspended it', async () => {
    const clock = new ManualClock();
    const { server, clients } = await serveScript();
    await using _server = server;
    const link = await openedTo(server, { clock });
    first(clients).say({ kind: 'suspend' });
    first(clients).send(Buffer.from('!'));
    await link.read(forever);
    const written = Promise.resolve(link.write(Buffer.from('held'), end));
    await expect(untilSettled(written, clock, suspendedMsMost)).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
      message: expect.stringContaining('send nothing'),
    });
    // Not a byte has gone, so the link is as good as before.
    first(clients).say({ kind: 'resume' });
    first(clients).send(Buffer.from('!'));
    await link.read(forever);
    await link.write(Buffer.from('later'), end);
    expect(await readText(link, 5)).toBe('later');
  });

  it('stops in the middle of a write when it is suspended, and loses nothing', async () => {
    const whole = 2 ** 26;
    let got = 0;
    const { server } = await serveScript({
      data: (data, client) => {
        if (got === 0) client.say({ kind: 'suspend' });
        got += data.length;
      },
    });
    await using _server = server;
    const link = await openedTo(server);
    let isWritten = false;
    const written = Promise.resolve(link.write(Buffer.alloc(whole, 7), end)).then(
      () => (isWritten = true),
    );
    await expect.poll(() => got).toBeGreaterThan(0);
    const [client] = server.clients;
    const counts: number[] = [];
    // Until nothing more comes.
    await expect
      .poll(() => counts.push(got) > 3 && counts.at(-1) === counts.at(-4), { interval: 50 })
      .toBe(true);
    expect(isWritten).toBe(false);
    expect(got).toBeLessThan(whole);
    client?.write(Buffer.from([255, 250, 44, 109, 255, 240]));
    await written;
    await expect.poll(() => got).toBe(whole);
  });

  it('whose write is taken back half-way is over, because a line makes nothing of half a request', async () => {
    const { server } = await serveScript({
      data: (_, client) => client.say({ kind: 'suspend' }),
    });
    await using _server = server;
    const link = await openedTo(server);
    const abort = new AbortController();
    const signal = abort.signal;
    const written = link.write(Buffer.alloc(2 ** 26), { end: true, signal });
    written?.catch(() => {});
    await expect.poll(() => server.clients[0]?.bytesRead ?? 0).toBeGreaterThan(2 ** 14);
    abort.abort();
    await expect(written).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(link.read(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
  });

  it('says which line a server did not move', async () => {
    const { server } = await serveScript({
      answer: (command) =>
        command.kind === 'control' && command.control === 'dtr-on'
          ? { kind: 'control', control: 'dtr-off' }
          : command,
    });
    await using _server = server;
    const link = await openedTo(server);
    await expect(link.setLines?.({ dtr: true })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      details: { argument: 'dtr', value: 'on', answered: 'off' },
    });
    await link.setLines?.({ rts: true });
  });

  it('keeps what comes while nobody reads within a bound, and makes the server wait', async () => {
    const { server, clients } = await serveScript({ data: () => {} });
    await using _server = server;
    const link = await openedTo(server);
    const reading = await openedTo(server);
    const sent = Buffer.alloc(receivedBytesMost * 32, 'abcdefg');
    for (const client of clients) client.send(sent);
    for (let got = 0; got < sent.length;) got += (await reading.read(forever)).data.length;
    expect(first(clients).socket.writableLength).toBeGreaterThan(0);
    let got = (await link.read(forever)).data;
    expect(got.length).toBeLessThan(receivedBytesMost + 2 ** 17);
    let length = got.length;
    while (length < sent.length) {
      got = (await link.read(forever)).data;
      expect(sent.subarray(length, length + got.length).equals(got)).toBe(true);
      length += got.length;
    }
  });

  it('answers a server that asks on and on no faster than it reads', async () => {
    const { server } = await serveScript();
    await using _server = server;
    await openedTo(server);
    const [socket] = server.clients;
    socket?.pause();
    // DO 7, which is refused each time.
    socket?.write(Buffer.alloc(3 * 2 ** 24, Buffer.from([255, 253, 7])));
    const left: number[] = [];
    await expect
      .poll(() => left.push(socket?.writableLength ?? 0) > 5 && left.at(-1) === left.at(-4), {
        interval: 50,
      })
      .toBe(true);
    expect(left.at(-1)).toBeGreaterThan(0);
  });

  it('is not to be used before it is open or after it is closed', async () => {
    const { server } = await serveScript();
    await using _server = server;
    const link = linkTo(server);
    const closed = { code: 'LINK_COMMUNICATION' };
    await expect(link.read(forever)).rejects.toMatchObject(closed);
    await expect(link.write(Buffer.of(1), end)).rejects.toMatchObject(closed);
    await expect(link.setLines?.({ dtr: true })).rejects.toMatchObject(closed);
    await link.open(forever);
    const reading = link.read(forever);
    reading.catch(() => {});
    await Promise.all([link.close(), link.close()]);
    await expect(reading).rejects.toMatchObject(closed);
    await expect(link.setLines?.({ dtr: true })).rejects.toMatchObject(closed);
    await expect(link.open(forever)).rejects.toMatchObject(closed);
  });
});
