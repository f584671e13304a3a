import { setImmediate as turnOfLoop, setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import {
  adapterAnswerMs,
  adapterOpenMs,
  adapterReadMsMost,
  prologixLinkFactory,
  receivedBytesMost,
  serialLinkFactory,
  tcpLinkFactory,
} from '../../../src/links/index.ts';
import type { Link, PrologixLinkOptions } from '../../../src/links/index.ts';
import { randomFrom } from '../../support/random.ts';
import { LoopbackServer } from '../tcp/loopback-server.ts';
import { plugAdapter, serveAdapter } from './adapter-simulator.ts';
import type { AdapterSimulator } from './adapter-simulator.ts';
import { GpibInstrument, whole } from './gpib-instrument.ts';

const forever = new AbortController().signal;
const end = { end: true, signal: forever };
const links: Link[] = [];
/** Longer than a busy machine takes. */
const patientMs = 20_000;

afterEach(async () => {
  await Promise.all(links.splice(0).map(async (link) => await link.close()));
});

function linkTo(options: PrologixLinkOptions): Link {
  const link = prologixLinkFactory(options).create();
  links.push(link);
  return link;
}

async function openedTo(
  { options }: LoopbackServer,
  more: Partial<PrologixLinkOptions> = {},
): Promise<Link> {
  const link = linkTo({ adapter: tcpLinkFactory(options), primary: 9, ...more });
  await link.open(forever);
  return link;
}

async function readMessage(link: Link, signal = forever): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { data, end: isEnd } = await link.read(signal);
    chunks.push(data);
    if (isEnd) return Buffer.concat(chunks);
  }
}

async function query(link: Link, text: string, timeoutMs = patientMs): Promise<string> {
  await link.write(Buffer.from(text, 'latin1'), end);
  link.askForReply?.(timeoutMs);
  return (await readMessage(link)).toString('latin1');
}

/** A meter that gives back what it is told. */
function echo(): GpibInstrument {
  return new GpibInstrument((message) => whole(message));
}

const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1');

describe('a link to an instrument behind a Prologix adapter', () => {
  it.each(['in the network', 'at a virtual serial port'])(
    'carries whole messages of any bytes with EOI to one %s, and wears out no memory',
    async (where) => {
      const meter = echo();
      const other = echo();
      const bus = new Map([
        ['9 103', meter],
        ['9', other],
      ]);
      await using stack = new AsyncDisposableStack();
      const adapters: AdapterSimulator[] = [];
      let options: PrologixLinkOptions;
      if (where === 'in the network') {
        const served = await serveAdapter(bus);
        stack.use(served.server);
        options = {
          adapter: tcpLinkFactory(served.server.options),
          primary: 9,
          secondary: 7,
        };
        const link = linkTo(options);
        await link.open(forever);
        adapters.push(...served.adapters);
      } else {
        const { pty, adapter } = await plugAdapter(bus);
        stack.use(pty);
        adapters.push(adapter);
        options = { adapter: serialLinkFactory({ path: pty.path }), primary: 9, secondary: 7 };
        await linkTo(options).open(forever);
      }
      const [link] = links;
      if (link === undefined) throw new Error('no link');
      expect(link.kind).toBe('message');
      expect(link.address).toBe(`GPIB 9.7 at ${options.adapter.address}`);
      for (const message of ['*IDN?', '++savecfg 1', `+\r\n\u001b${allBytes}`, '\n\n', '+']) {
        expect(await query(link, message)).toBe(message);
      }
      expect(other.log).toEqual([]);
      expect(adapters[0]?.savings).toBe(0);
      await link.close();
    },
  );

  it('finds the end of long blocks, whatever they hold and however they come', async () => {
    const random = randomFrom(488);
    const block = Buffer.from(Uint8Array.from({ length: 3_000_001 }, () => random() * 256));
    const meter = new GpibInstrument(() => {
      const parts = [];
      for (let at = 0; at < block.length;) {
        const next = Math.min(block.length, at + 1 + Math.floor(random() * 200_000));
        parts.push({ data: block.subarray(at, next), eoi: next === block.length });
        at = next;
      }
      return parts;
    });
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('CURV?'), end);
    link.askForReply?.(patientMs);
    expect((await readMessage(link)).equals(block)).toBe(true);
    // Nothing is left of it.
    meter.answer = (message) => whole(message);
    expect(await query(link, 'next?')).toBe('next?');
  });

  it('is not taken in by a message that has the mark of its end', async () => {
    const clue = 0.5;
    // What is drawn with it: see the answers to `++eot_char` and `++read_tmo_ms`.
    const text = `a\u00c0192\r\n2800\r\nb`;
    const { server, adapters } = await serveAdapter(new Map([['9', echo()]]));
    await using _server = server;
    const link = await openedTo(server, { random: () => clue });
    expect(await query(link, text)).toBe(text);
    expect(adapters[0]?.commands).toEqual(
      expect.arrayContaining(['eot_char 192', 'read_tmo_ms 2800']),
    );
  });

  it('sends EOI with the last byte of a message that is written in pieces', async () => {
    const meter = echo();
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('VOLT '), { end: false, signal: forever });
    await link.write(Buffer.from('1.5'), { end: false, signal: forever });
    expect(await query(link, ';VOLT?')).toBe('VOLT 1.5;VOLT?');
    await link.write(Buffer.from('with nothing'), { end: false, signal: forever });
    await link.write(Buffer.from('?'), { end: false, signal: forever });
    expect(await query(link, '')).toBe('with nothing?');
    expect(await query(link, 'whole again')).toBe('whole again');
    expect(meter.log).toEqual(['VOLT 1.5;VOLT?', 'with nothing?', 'whole again']);
  });

  it('waits for longer than the adapter does by itself', async () => {
    const slow = new GpibInstrument(() => [
      { data: Buffer.from('at last'), eoi: true, afterMs: 3_300 },
    ]);
    const { server, adapters } = await serveAdapter(new Map([['9', slow]]));
    await using _server = server;
    const link = await openedTo(server);
    expect(await query(link, 'SLOW?', 10_000)).toBe('at last');
    const reads = adapters[0]?.commands.filter((command) => command === 'read eoi') ?? [];
    expect(reads.length).toBeGreaterThan(1);
  });

  it('asks no more when nothing comes in time, and is as good as before', async () => {
    const meter = new GpibInstrument((message) => (message === 'silence' ? [] : whole(message)));
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('silence'), end);
    link.askForReply?.(100);
    const reading = link.read(AbortSignal.timeout(1_200));
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await query(link, 'hello?')).toBe('hello?');
  });

  it('gives a late reply to nobody', async () => {
    const meter = new GpibInstrument((message) =>
      message === 'slow?'
        ? [{ data: Buffer.from('late'), eoi: true, afterMs: 300 }]
        : whole(message),
    );
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('slow?'), end);
    link.askForReply?.(patientMs);
    // Its asker has given up, and the next one comes while the adapter still reads.
    expect(await query(link, 'fast?')).toBe('fast?');
    // One that came and was not read is gone as well.
    await link.write(Buffer.from('unread?'), end);
    link.askForReply?.(patientMs);
    await expect.poll(() => meter.log.at(-1)).toBe('unread?');
    await pause(100);
    expect(await query(link, 'next?')).toBe('next?');
  });

  it('fails when an instrument stops in the middle of a reply', async () => {
    const meter = new GpibInstrument(() => [{ data: Buffer.from('1.2'), eoi: false }]);
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('READ?'), end);
    link.askForReply?.(100);
    await expect(readMessage(link)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('stopped in the middle'),
    });
  });

  it('clears, triggers, polls, and goes to remote and local', async () => {
    const meter = echo();
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    meter.statusByte = 0x41;
    await link.clear?.(forever);
    await link.trigger?.(forever);
    expect(await link.readStatusByte?.(forever)).toBe(0x41);
    expect(meter.log.splice(0)).toEqual(['<clear>', '<trg>']);
    for (const [request, seen] of [
      ['enable-remote', []],
      // An adapter keeps REN: it goes to remote with the next message.
      ['go-to-remote', []],
      ['lock-out-local', ['<llo>']],
      ['go-to-remote-and-lock-out-local', ['<llo>']],
      ['go-to-local', ['<loc>']],
      ['disable-remote', ['<loc>']],
      ['disable-remote-and-go-to-local', ['<loc>']],
    ] as const) {
      await link.setRemote?.(request, forever);
      expect(meter.log.splice(0), request).toEqual(seen);
    }
    meter.statusByte = undefined;
    await expect(link.readStatusByte?.(forever)).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
    });
    expect(await query(link, 'still there?')).toBe('still there?');
  });

  it('takes a status byte while a reply is due, which is then nobody’s', async () => {
    const meter = new GpibInstrument(() => [
      { data: Buffer.from('late'), eoi: true, afterMs: 200 },
    ]);
    meter.statusByte = 16;
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('x?'), end);
    link.askForReply?.(patientMs);
    expect(await link.readStatusByte?.(forever)).toBe(16);
    meter.answer = (message) => whole(message);
    expect(await query(link, 'y?')).toBe('y?');
  });

  it('lets no half message of an earlier user be obeyed', async () => {
    const meter = echo();
    const { pty, adapter } = await plugAdapter(new Map([['9', meter]]));
    await using _pty = pty;
    adapter.receive(Buffer.from('++addr 9\nVOLT 1'));
    const link = linkTo({ adapter: serialLinkFactory({ path: pty.path }), primary: 9 });
    await link.open(forever);
    expect(await query(link, 'mine?')).toBe('mine?');
    expect(meter.log).toEqual([expect.stringMatching(/^VOLT 1\+\+ver\s*$/), 'mine?']);
    await link.close();
  });

  it('keeps what comes while nobody reads within a bound', async () => {
    const block = Buffer.alloc(receivedBytesMost * 32, 'abc');
    const meter = new GpibInstrument(() => whole(block));
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('CURV?'), end);
    link.askForReply?.(patientMs);
    const first = await link.read(forever);
    await pause(200);
    expect(server.clients[0]?.writableLength).toBeGreaterThan(0);
    const rest = await readMessage(link);
    expect(Buffer.concat([first.data, rest]).equals(block)).toBe(true);
  });

  it('is not held up by a long reply that nobody wants any more', async () => {
    const block = Buffer.alloc(receivedBytesMost * 8, 'abc');
    const meter = new GpibInstrument((message) => whole(message === 'CURV?' ? block : message));
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('CURV?'), end);
    link.askForReply?.(patientMs);
    await expect.poll(() => server.clients[0]?.writableLength).toBeGreaterThan(0);
    expect(await query(link, 'next?')).toBe('next?');
  });

  it('whose adapter goes away in the middle of a reply says so', async () => {
    const meter = new GpibInstrument(() => [
      { data: Buffer.from('1.234567890123456789'), eoi: false },
    ]);
    const { server } = await serveAdapter(new Map([['9', meter]]));
    await using _server = server;
    const link = await openedTo(server);
    await link.write(Buffer.from('READ?'), end);
    link.askForReply?.(patientMs);
    await link.read(forever);
    server.clients[0]?.destroy();
    await expect(link.read(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    await expect(link.write(Buffer.from('x'), end)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
    });
  });

  it('fails when the adapter falls silent, and when it does not stop', async () => {
    const { server } = await serveAdapter(new Map([['9', echo()]]));
    await using _server = server;
    const clock = new ManualClock();
    const silent = await openedTo(server, { clock });
    server.clients[0]?.removeAllListeners('data').resume();
    const polled = silent.readStatusByte?.(forever);
    await expect.poll(() => clock.pendingCount).toBe(1);
    await clock.advance(adapterReadMsMost + adapterAnswerMs);
    await expect(polled).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    const talking = await openedTo(server);
    const client = server.clients[1];
    client?.removeAllListeners('data').once('data', () => client.write('1'.repeat(100_000)));
    await expect(talking.readStatusByte?.(forever)).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
    });
    const odd = await openedTo(server);
    const other = server.clients[2];
    other?.removeAllListeners('data').once('data', () => other.write('what?\r\nversion 1\r\n'));
    await expect(odd.readStatusByte?.(forever)).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
  });

  it('fails when the adapter says what nobody asked for', async () => {
    const { server } = await serveAdapter(new Map([['9', echo()]]));
    await using _server = server;
    const link = await openedTo(server);
    const reading = link.read(forever);
    server.clients[0]?.write('who else is here?');
    await expect(reading).rejects.toMatchObject({
      code: 'LINK_PROTOCOL',
      message: expect.stringContaining('nobody asked'),
    });
  });
});

describe('opening a link to an adapter', () => {
  it('that says nothing ends, and says what is missing', async () => {
    await using server = await LoopbackServer.listen((client) => client.resume());
    const clock = new ManualClock();
    const link = linkTo({ adapter: tcpLinkFactory(server.options), primary: 9, clock });
    const settled = new AbortController();
    const opening = link.open(forever);
    opening.catch(() => settled.abort());
    while (!settled.signal.aborted) {
      if (clock.pendingCount > 0) await clock.advance(adapterOpenMs);
      await turnOfLoop();
    }
    await expect(opening).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
      nextStep: expect.stringContaining('Prologix'),
    });
    expect(clock.pendingCount).toBe(0);
  });

  it('that is another program ends with an error of protocol or connection', async () => {
    await using server = await LoopbackServer.listen((client) => {
      client.on('data', () => client.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    const link = linkTo({ adapter: tcpLinkFactory(server.options), primary: 9 });
    await expect(link.open(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
  });

  it('is taken back by its signal, and by closing', async () => {
    await using server = await LoopbackServer.listen((client) => client.resume());
    const abort = new AbortController();
    const adapter = tcpLinkFactory(server.options);
    const opening = linkTo({ adapter, primary: 9 }).open(abort.signal);
    opening.catch(() => {});
    await expect.poll(() => server.clients.length).toBe(1);
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
    const link = linkTo({ adapter, primary: 9 });
    const other = link.open(forever);
    other.catch(() => {});
    await expect.poll(() => server.clients.length).toBe(2);
    await link.close();
    await expect(other).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    await expect(link.open(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    await expect.poll(() => server.clients.every(({ readableEnded }) => readableEnded)).toBe(true);
  });

  it.each([
    ['primary', { primary: 31 }],
    ['primary', { primary: 1.5 }],
    ['secondary', { primary: 1, secondary: -1 }],
  ])('with a %s address that no instrument has is refused at once', (argument, place) => {
    const adapter = tcpLinkFactory({ host: '127.0.0.1', port: 1234 });
    expect(() => prologixLinkFactory({ adapter, ...place })).toThrow(
      expect.objectContaining({
        code: 'BAD_ARGUMENT',
        details: expect.objectContaining({ argument }),
      }),
    );
  });
});
