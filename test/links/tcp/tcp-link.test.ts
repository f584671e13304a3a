import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { keepAliveMs, receivedBytesMost, tcpLinkFactory } from '../../../src/links/index.ts';
import type { Link, TcpLinkOptions } from '../../../src/links/index.ts';
import { randomFrom } from '../../support/random.ts';
import { RunningProgram } from '../running-program.ts';
import { LoopbackServer, unusedPort } from './loopback-server.ts';

const host = '127.0.0.1';
const forever = new AbortController().signal;
const links: Link[] = [];

afterEach(async () => {
  await Promise.all(links.splice(0).map(async (link) => await link.close()));
});

function linkTo(options: TcpLinkOptions): Link {
  const link = tcpLinkFactory(options).create();
  links.push(link);
  return link;
}

async function openedTo({ options }: LoopbackServer): Promise<Link> {
  const link = linkTo(options);
  await link.open(forever);
  return link;
}

/** Everything up to the end of the connection, and the error that it ended with. */
async function readToEnd(link: Link): Promise<{ data: Buffer; error: unknown }> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    try {
      const { data } = await link.read(forever);
      chunks.push(data);
    } catch (error) {
      return { data: Buffer.concat(chunks), error };
    }
  }
}

async function readBytes(link: Link, bytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (let length = 0; length < bytes;) {
    const { data } = await link.read(forever);
    chunks.push(data);
    length += data.byteLength;
  }
  return Buffer.concat(chunks);
}

/** Rows of the kernel's table of connections whose other end is that port of loopback. */
function connectionsTo(port: number): string[] {
  const remote = ` 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const [, ...rows] = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  return rows.map((row) => row.replace(/^ *\d+: \S+/, '')).filter((row) => row.startsWith(remote));
}

/** Source: Linux include/net/tcp_states.h. */
const connecting = '02';

function stateOf(row: string): string | undefined {
  return row.trim().split(/\s+/)[1];
}

/** Whether a program still has the connection: one that was closed may end later by itself. */
function isHeld(row: string): boolean {
  return row.trim().split(/\s+/)[7] !== '0';
}

describe('opening a TCP link', () => {
  it('to where nobody listens fails with the address, the reason and what to check', async () => {
    const port = await unusedPort();
    await expect(linkTo({ host, port }).open(forever)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringContaining(`tcp://${host}:${port}: `),
      details: { address: `tcp://${host}:${port}`, errno: 'ECONNREFUSED' },
      nextStep: expect.stringContaining('something listens there'),
    });
  });

  it('to a name that nobody has fails with the name and what to check', async () => {
    const address = 'tcp://no-such-instrument.invalid:4001';
    const link = linkTo({ host: 'no-such-instrument.invalid', port: 4001 });
    await expect(link.open(forever)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringContaining(address),
      details: { address, errno: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/) },
      nextStep: expect.stringContaining('host name'),
    });
  });

  it('that never completes is taken back by its signal, and nothing goes on trying', async () => {
    await using server = await RunningProgram.start(
      new URL('../programs/full_backlog.py', import.meta.url),
      [],
    );
    const port = Number(server.said);
    const others = connectionsTo(port).length;
    const abort = new AbortController();
    const opening = linkTo({ host, port }).open(abort.signal);
    opening.catch(() => {});
    await expect
      .poll(() => connectionsTo(port).map(stateOf))
      .toSatisfy((states: string[]) => states.length > others && states.includes(connecting));
    abort.abort();
    await expect(opening).rejects.toMatchObject({
      code: 'CANCELLED',
      message: expect.stringContaining(`tcp://${host}:${port}`),
    });
    await expect.poll(() => connectionsTo(port).length).toBe(others);
  });

  it('with a signal that is aborted already tries nothing', async () => {
    await using server = await LoopbackServer.listen(() => {});
    await expect(linkTo(server.options).open(AbortSignal.abort())).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    // The next one is the first that the server sees.
    await openedTo(server);
    await expect.poll(() => server.clients.length).toBe(1);
  });

  it('while it is being closed fails and leaves no connection', async () => {
    await using server = await LoopbackServer.listen((client) => client.resume());
    for (let turn = 0; turn < 50; turn += 1) {
      const link = linkTo(server.options);
      const opening = link.open(forever);
      // Before the connection is asked for, while it is, and when it may be there already.
      for (let wait = 0; wait < turn % 4; wait += 1) await new Promise(setImmediate);
      const [opened] = await Promise.allSettled([opening, link.close(), link.close()]);
      if (opened.status === 'rejected') {
        expect(opened.reason).toMatchObject({ code: 'LINK_COMMUNICATION' });
      }
      await expect(link.read(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
      await expect(link.write(Buffer.of(1), { end: true, signal: forever })).rejects.toMatchObject({
        code: 'LINK_COMMUNICATION',
      });
    }
    await expect.poll(() => connectionsTo(server.options.port).filter(isHeld)).toEqual([]);
  });

  it('that was closed before fails', async () => {
    await using server = await LoopbackServer.listen(() => {});
    const link = linkTo(server.options);
    await link.close();
    await expect(link.open(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
  });

  it('asks a silent peer for a sign of life from time to time', async () => {
    await using server = await LoopbackServer.listen(() => {});
    await openedTo(server);
    const [row = ''] = connectionsTo(server.options.port);
    const [, , , timer = ''] = row.trim().split(/\s+/);
    const [kind, ticks = ''] = timer.split(':');
    // Source: Linux Documentation/networking/proc_net_tcp.rst. 2 is the keep-alive timer.
    expect(kind).toBe('02');
    const ticksPerSecond = 100;
    const leftMs = (Number.parseInt(ticks, 16) / ticksPerSecond) * 1_000;
    expect(leftMs).toBeLessThanOrEqual(keepAliveMs);
    expect(leftMs).toBeGreaterThan(0);
  });
});

describe('a TCP link', () => {
  it('gives what came before a reset in the middle of a reply, then says that it broke', async () => {
    await using server = await LoopbackServer.listen((client) => {
      client.on('data', (data: Buffer) => {
        if (data.toString() === 'begin') client.write('half a re');
        else client.resetAndDestroy();
      });
    });
    const link = await openedTo(server);
    await link.write(Buffer.from('begin'), { end: true, signal: forever });
    expect((await readBytes(link, 9)).toString()).toBe('half a re');
    const rest = link.read(forever);
    await link.write(Buffer.from('reset'), { end: true, signal: forever });
    await expect(rest).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringContaining(server.address),
      details: { address: server.address, errno: 'ECONNRESET' },
    });
    await expect(link.read(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    await expect(link.write(Buffer.of(1), { end: true, signal: forever })).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
    });
  });

  it('whose server ends its half gives all that it sent, then says who closed', async () => {
    await using server = await LoopbackServer.listen((client) => client.end('the last words'));
    const { data, error } = await readToEnd(await openedTo(server));
    expect(data.toString()).toBe('the last words');
    expect(error).toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: `${server.address} closed the connection`,
      details: { address: server.address },
    });
    // The other half is ended too.
    const [client] = server.clients;
    if (client !== undefined && !client.readableEnded) {
      client.resume();
      await once(client, 'end');
    }
  });

  it('keeps what comes while nobody reads within a bound, makes the server wait, and loses nothing', async () => {
    const random = randomFrom(70);
    // Of a length that no buffer has, so that a piece which is missing shows.
    const piece = Buffer.from(Uint8Array.from({ length: 99_991 }, () => random() * 256));
    const sent = Buffer.alloc(receivedBytesMost * 64, piece);
    const done: Promise<unknown>[] = [];
    await using server = await LoopbackServer.listen((client) => {
      done.push(new Promise<void>((resolve) => void client.end(sent, () => resolve())));
    });
    const idle = await openedTo(server);
    const reading = await openedTo(server);
    // By the time that one who reads has had everything, the other's server would be through as well.
    expect((await readToEnd(reading)).data.equals(sent)).toBe(true);
    const [client] = server.clients;
    expect(client?.writableLength).toBeGreaterThan(0);
    const first = await idle.read(forever);
    expect(first.data.byteLength).toBeLessThan(receivedBytesMost + 2 ** 17);
    const { data } = await readToEnd(idle);
    const digest = createHash('sha256').update(first.data).update(data).digest('hex');
    expect(digest).toBe(createHash('sha256').update(sent).digest('hex'));
    await Promise.all(done);
  });

  it('ends a write that is taken back, because how much has gone is unknown', async () => {
    await using server = await LoopbackServer.listen((client) => client.pause());
    const link = await openedTo(server);
    const reading = link.read(forever);
    reading.catch(() => {});
    const abort = new AbortController();
    const written = link.write(Buffer.alloc(2 ** 27), { end: true, signal: abort.signal });
    written?.catch(() => {});
    await expect.poll(() => server.clients.length).toBe(1);
    abort.abort();
    await expect(written).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(reading).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    await expect.poll(() => connectionsTo(server.options.port).filter(isHeld)).toEqual([]);
  });

  it('ends a pending read when it is closed', async () => {
    await using server = await LoopbackServer.listen(() => {});
    const link = await openedTo(server);
    const reading = link.read(forever);
    reading.catch(() => {});
    await link.close();
    await expect(reading).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringContaining(server.address),
    });
  });
});
