import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  PrologixAdapters,
  prologixLinkFactory,
  receivedBytesMost,
  serialLinkFactory,
  tcpLinkFactory,
} from '../../../src/links/index.ts';
import type { Link, LinkFactory } from '../../../src/links/index.ts';
import { plugAdapter, serveAdapter } from './adapter-simulator.ts';
import { GpibInstrument, whole } from './gpib-instrument.ts';

const forever = new AbortController().signal;
const end = { end: true, signal: forever };
/** Longer than a busy machine takes. */
const patientMs = 20_000;
const links: Link[] = [];

afterEach(async () => {
  await Promise.all(links.splice(0).map(async (link) => await link.close()));
});

async function opened(
  adapter: LinkFactory,
  adapters: PrologixAdapters,
  primary: number,
): Promise<Link> {
  const link = prologixLinkFactory({ adapter, adapters, primary }).create();
  links.push(link);
  await link.open(forever);
  return link;
}

async function readMessage(link: Link): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { data, end: isEnd } = await link.read(forever);
    chunks.push(data);
    if (isEnd) return Buffer.concat(chunks).toString('latin1');
  }
}

async function query(link: Link, text: string, timeoutMs = patientMs): Promise<string> {
  await link.write(Buffer.from(text, 'latin1'), end);
  link.askForReply?.(timeoutMs);
  return await readMessage(link);
}

function meter(name: string): GpibInstrument {
  return new GpibInstrument((message) => whole(`${name} ${message}`));
}

const two = (first = meter('first'), second = meter('second')): Map<string, GpibInstrument> =>
  new Map([
    ['1', first],
    ['2', second],
  ]);

describe('links to instruments behind one adapter', () => {
  it('have one connection to it, which the first one opens and the last one closes', async () => {
    const { server } = await serveAdapter(two());
    await using _server = server;
    const adapter = tcpLinkFactory(server.options);
    const adapters = new PrologixAdapters();
    const [first, second] = await Promise.all([
      opened(adapter, adapters, 1),
      opened(adapter, adapters, 2),
    ]);
    expect(await query(first, 'a')).toBe('first a');
    await first.close();
    expect(await query(second, 'b')).toBe('second b');
    const again = await opened(adapter, adapters, 1);
    expect(await query(again, 'c')).toBe('first c');
    expect(server.clients.length).toBe(1);
    await second.close();
    await again.close();
    await expect.poll(() => server.clients[0]?.readableEnded).toBe(true);
    expect(await query(await opened(adapter, adapters, 2), 'd')).toBe('second d');
    expect(server.clients.length).toBe(2);
  });

  it('share a serial line that only one may open, and have it again when it comes back', async () => {
    const { pty } = await plugAdapter(two());
    await using _pty = pty;
    const adapter = serialLinkFactory({ path: pty.path });
    const adapters = new PrologixAdapters();
    for (let turn = 0; turn < 3; turn += 1) {
      const [first, second] = await Promise.all([
        opened(adapter, adapters, 1),
        opened(adapter, adapters, 2),
      ]);
      expect(await Promise.all([query(first, 'a'), query(second, 'b')])).toEqual([
        'first a',
        'second b',
      ]);
      // The next ones come while these go.
      void first.close();
      void second.close();
    }
  });

  it('open it again when it is closed, and not before', async () => {
    const { server } = await serveAdapter(two());
    await using _server = server;
    const tcp = tcpLinkFactory(server.options);
    const order: string[] = [];
    const adapter: LinkFactory = {
      ...tcp,
      create: () => {
        const link = tcp.create();
        const { address, kind } = link;
        return {
          address,
          kind,
          open: async (signal) => {
            order.push('open');
            await link.open(signal);
          },
          write: async (data, options) => await link.write(data, options),
          read: async (signal) => await link.read(signal),
          close: async () => {
            await turnOfLoop();
            await link.close();
            order.push('closed');
          },
        };
      },
    };
    const adapters = new PrologixAdapters();
    const first = await opened(adapter, adapters, 1);
    const closing = first.close();
    const second = await opened(adapter, adapters, 2);
    expect(await query(second, 'b')).toBe('second b');
    await closing;
    expect(order.indexOf('closed')).toBeLessThan(order.lastIndexOf('open'));
  });

  it('fail together with it, and come back one by one', async () => {
    const { server } = await serveAdapter(two(meter('first'), new GpibInstrument()));
    await using _server = server;
    const adapter = tcpLinkFactory(server.options);
    const adapters = new PrologixAdapters();
    const first = await opened(adapter, adapters, 1);
    const second = await opened(adapter, adapters, 2);
    await second.write(Buffer.from('silence'), end);
    second.askForReply?.(patientMs);
    const broken = { code: 'LINK_COMMUNICATION' };
    const readings = [first, second].map(
      async (link) => await expect(link.read(forever)).rejects.toMatchObject(broken),
    );
    const waiting = expect(first.write(Buffer.from('x'), end)).rejects.toMatchObject(broken);
    server.clients[0]?.destroy();
    await Promise.all([...readings, waiting]);
    expect(await query(await opened(adapter, adapters, 1), 'back')).toBe('first back');
    await opened(adapter, adapters, 2);
    expect(server.clients.length).toBe(2);
  });

  it('clear, trigger and poll their own instrument only', async () => {
    const bus = two(new GpibInstrument(), new GpibInstrument());
    const { server } = await serveAdapter(bus);
    await using _server = server;
    const adapter = tcpLinkFactory(server.options);
    const adapters = new PrologixAdapters();
    const first = await opened(adapter, adapters, 1);
    const second = await opened(adapter, adapters, 2);
    for (const [key, statusByte] of [
      ['1', 65],
      ['2', 4],
    ] as const) {
      const instrument = bus.get(key);
      if (instrument !== undefined) instrument.statusByte = statusByte;
    }
    await first.clear?.(forever);
    await second.trigger?.(forever);
    const statusBytes = [first, second].map(async (link) => await link.readStatusByte?.(forever));
    expect(await Promise.all(statusBytes)).toEqual([65, 4]);
    expect([bus.get('1')?.log, bus.get('2')?.log]).toEqual([['<clear>'], ['<trg>']]);
  });

  it('take turns with one that is silent, whose reads are short', async () => {
    const silent = new GpibInstrument();
    const { server, adapters: simulated } = await serveAdapter(two(meter('first'), silent));
    await using _server = server;
    const adapter = tcpLinkFactory(server.options);
    const adapters = new PrologixAdapters();
    const good = await opened(adapter, adapters, 1);
    const bad = await opened(adapter, adapters, 2);
    await bad.write(Buffer.from('anybody?'), end);
    bad.askForReply?.(patientMs);
    const reads = (): number =>
      simulated[0]?.commands.filter((command) => command === 'addr 2').length ?? 0;
    const rounds = 5;
    for (let round = 0; round < rounds; round += 1) {
      expect(await query(good, `${round}`)).toBe(`first ${round}`);
    }
    expect(reads()).toBeGreaterThan(1);
    expect(reads()).toBeLessThanOrEqual(rounds + 1);
    const waits = simulated[0]?.commands
      .slice(simulated[0].commands.lastIndexOf('addr 2'))
      .filter((command) => command.startsWith('read_tmo_ms '));
    expect(Number(waits?.[0]?.split(' ')[1])).toBeLessThan(1_000);
    silent.answer = () => whole('here');
    expect(await query(bad, 'anybody?')).toBe('here');
  });

  it('are not held up by one that stops in the middle of a reply, which fails alone', async () => {
    const half = new GpibInstrument(() => [{ data: Buffer.from('1.2'), eoi: false }]);
    const { server } = await serveAdapter(two(meter('first'), half));
    await using _server = server;
    const adapter = tcpLinkFactory(server.options);
    const adapters = new PrologixAdapters();
    const good = await opened(adapter, adapters, 1);
    const bad = await opened(adapter, adapters, 2);
    await bad.write(Buffer.from('READ?'), end);
    bad.askForReply?.(100);
    const asked = query(good, 'a');
    await expect(readMessage(bad)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('stopped in the middle'),
    });
    expect(await asked).toBe('first a');
    expect(await query(good, 'b')).toBe('first b');
  });

  it('are not held up by a long reply that nobody reads, which fails its own link alone', async () => {
    const block = Buffer.alloc(receivedBytesMost * 32, 'abc');
    const long = new GpibInstrument(() => whole(block));
    const { server } = await serveAdapter(two(meter('first'), long));
    await using _server = server;
    const adapter = tcpLinkFactory(server.options);
    const adapters = new PrologixAdapters();
    const good = await opened(adapter, adapters, 1);
    const bad = await opened(adapter, adapters, 2);
    await bad.write(Buffer.from('CURV?'), end);
    bad.askForReply?.(patientMs);
    expect(await query(good, 'a')).toBe('first a');
    await expect(bad.write(Buffer.from('x'), end)).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
      message: expect.stringContaining('was not read'),
    });
  });

  it('send nothing of what was taken back while it waited for the adapter', async () => {
    const bus = two(new GpibInstrument(), meter('second'));
    const { server } = await serveAdapter(bus);
    await using _server = server;
    const adapter = tcpLinkFactory(server.options);
    const adapters = new PrologixAdapters();
    const busy = await opened(adapter, adapters, 1);
    const other = await opened(adapter, adapters, 2);
    await busy.write(Buffer.from('silence'), end);
    busy.askForReply?.(500);
    const abort = new AbortController();
    const taken = other.write(Buffer.from('never'), { end: true, signal: abort.signal });
    await turnOfLoop();
    abort.abort();
    await expect(taken).rejects.toMatchObject({ code: 'CANCELLED' });
    const closing = await opened(adapter, adapters, 2);
    const written = closing.write(Buffer.from('nor this'), end);
    const refused = expect(written).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    await turnOfLoop();
    await closing.close();
    await refused;
    expect(await query(other, 'but this')).toBe('second but this');
    expect(bus.get('2')?.log).toEqual(['but this']);
  });
});
