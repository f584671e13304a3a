import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ScpiDriver } from '../../src/instruments/index.ts';
import { ManualClock } from '../../src/kernel/index.ts';
import {
  gapProtocol,
  gapWaitMs,
  givenUpAfterMs,
  linesProtocol,
  sessionRequestsMost,
} from '../../src/sessions/index.ts';
import type { ClientProtocol, ClientRequest } from '../../src/sessions/index.ts';
import { ask, owner } from '../support/line-transaction.ts';
import type { Peer } from '../support/memory-link.ts';
import { ClientBench } from './client-bench.ts';

const lines = linesProtocol(new ScpiDriver({ parameters: [], timeoutMs: 200 }));
const echo: Peer = (request, side) => {
  if (request.includes('?')) side.reply(`re ${request}`);
};
const silence: Peer = () => {};

/** Each character is a request; it is answered with itself, and known by its letter case alone. */
function letters(inFlightMost: number): ClientProtocol {
  const request = (letter: string): ClientRequest => ({
    label: letter,
    bytes: 1,
    answerKey: 'letter',
    perform: async (transact) =>
      new TextEncoder().encode(await transact(ask(letter, { timeoutMs: 5_000 }))),
  });
  return {
    name: 'letters',
    inFlightMost,
    waitMs: 10_000,
    converse: () => ({ push: (data) => Array.from(Buffer.from(data).toString(), request) }),
  };
}

describe('a session', () => {
  it('answers one client in the order in which it asked', async () => {
    await using bench = new ClientBench((text, side) => {
      setTimeout(() => side.reply(text), text === 'a\n' ? 20 : 1);
    });
    const client = bench.client(letters(5));
    expect(await client.ask('abcdefghij')).toBe('abcdefghij');
  });

  it('keeps several clients apart', async () => {
    await using bench = new ClientBench(echo);
    const clients = Array.from({ length: 10 }, () => bench.client(lines));
    const answers = await Promise.all(
      clients.map(async (client, n) => await client.ask(`A${n}?\nSET ${n}\nB${n}?\n`)),
    );
    expect(answers).toEqual(clients.map((_, n) => `re A${n}?\nre B${n}?\n`));
  });

  it('passes on a block with line feeds as it came', async () => {
    const block = '#212ab\n\r\n?"\'\u0000\u0001x#\n';
    await using bench = new ClientBench((_text, side) => {
      side.reply(block.slice(0, 5));
      side.reply(block.slice(5));
    });
    expect(await bench.client(lines).ask('CURV?\n')).toBe(block);
  });

  it('forgets the half of a frame with the client that sent it', async () => {
    await using bench = new ClientBench(echo);
    const first = bench.client(lines);
    first.say('VOLT 99');
    await first.session.close();
    first.say('9\n');
    expect(await bench.client(lines).ask('VOLT?\n')).toBe('re VOLT?\n');
    expect(bench.link.written).toEqual(['VOLT?\n']);
  });

  it('takes back what is in line when it ends, and settles', async () => {
    await using bench = new ClientBench(silence);
    const client = bench.client(lines);
    const busy = bench.port.transact(ask('busy', { timeoutMs: 300 }), owner());
    busy.catch(() => {});
    client.say('A\nB\nC\n');
    await client.session.close();
    expect(bench.port.status().queue).toEqual([]);
    expect(client.session.ended.aborted).toBe(true);
    await expect(busy).rejects.toThrow();
    expect(bench.link.written).toEqual(['busy\n']);
    expect(client.failures).toEqual([]);
  });

  it('answers nothing to a client that has gone', async () => {
    const replies: (() => void)[] = [];
    await using bench = new ClientBench((text, side) => void replies.push(() => side.reply(text)));
    const client = bench.client(lines);
    client.say('A?\n');
    await expect.poll(() => replies.length).toBe(1);
    const closed = client.session.close();
    replies[0]?.();
    await closed;
    expect(client.received).toBe('');
  });

  it('answers with silence where the instrument is silent, and says so', async () => {
    await using bench = new ClientBench(silence);
    const client = bench.client(lines);
    expect(await client.ask('A?\n')).toBe('');
    expect(client.failures).toMatchObject([{ label: 'A?', error: { code: 'INSTRUMENT_TIMEOUT' } }]);
  });

  it('drops what a client sends beyond the bound, and says so', async () => {
    const clock = new ManualClock();
    await using bench = new ClientBench(silence, clock);
    await clock.advance(0);
    const client = bench.client(lines);
    for (let n = 0; n < 1_000; n += 1) client.say(`A${n}?\n`);
    // One is under way, the others fill the line.
    expect(client.session.dropped).toBe(1_000 - 1 - sessionRequestsMost);
    expect(client.failures).toHaveLength(client.session.dropped);
    expect(client.failures[0]).toMatchObject({ error: { code: 'QUEUE_FULL' } });
  });

  it('makes a client wait that can be made to, and loses nothing', async () => {
    await using bench = new ClientBench(echo);
    const holds: boolean[] = [];
    const client = bench.client(lines, { hold: (isHeld) => void holds.push(isHeld) });
    for (let n = 0; n < 1_000; n += 1) client.say(`A${n}?\n`);
    await client.session.drain();
    expect(client.received.split('\n')).toHaveLength(1_001);
    expect(holds).toEqual([true, false]);
    expect(client.session.dropped).toBe(0);
  });

  it('does nothing more for a client that does not read, until it does', async () => {
    await using bench = new ClientBench(echo);
    let isReading = false;
    const client = bench.client(lines, { send: () => isReading });
    client.say('A?\nB?\nC?\n');
    await expect.poll(() => bench.link.written.length).toBe(1);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    expect(bench.link.written).toEqual(['A?\n']);
    isReading = true;
    client.session.resume();
    await client.session.drain();
    expect(bench.link.written).toEqual(['A?\n', 'B?\n', 'C?\n']);
  });

  it('takes back a request whose answer would be taken for that of its repetition', async () => {
    const clock = new ManualClock();
    await using bench = new ClientBench((text, side) => {
      clock.schedule(text === 'busy\n' ? 400 : 1, () => side.reply(text));
    }, clock);
    await clock.advance(0);
    const busy = bench.port.transact(ask('busy', { timeoutMs: 1_000 }), owner());
    const client = bench.client(letters(5));
    client.say('a');
    await clock.advance(givenUpAfterMs);
    client.say('b');
    await clock.advance(1_000);
    await busy;
    await client.session.drain();
    expect(bench.link.written).toEqual(['busy\n', 'b\n']);
    expect(client.received).toBe('b');
    expect(client.failures).toMatchObject([{ label: 'a', error: { code: 'CANCELLED' } }]);
  });

  it('does not give an answer that was given up while it waited for an earlier one', async () => {
    const clock = new ManualClock();
    await using bench = new ClientBench((text, side) => side.reply(text), clock);
    await clock.advance(0);
    const slow = Promise.withResolvers<Uint8Array>();
    const usual = letters(5);
    const first: ClientRequest = { label: 'slow', bytes: 1, perform: async () => slow.promise };
    const protocol: ClientProtocol = {
      ...usual,
      converse: () => ({
        push: (data) => (data[0] === 0x30 ? [first] : usual.converse().push(data)),
      }),
    };
    const client = bench.client(protocol);
    client.say('0');
    client.say('a');
    await clock.advance(givenUpAfterMs);
    client.say('b');
    slow.resolve(Buffer.from('0'));
    await client.session.drain();
    expect(client.received).toBe('0b');
  });

  it('answers all that a client sends ahead', async () => {
    const clock = new ManualClock();
    await using bench = new ClientBench((text, side) => {
      clock.schedule(100, () => side.reply(text));
    }, clock);
    await clock.advance(0);
    const client = bench.client(letters(5));
    client.say('abc');
    await clock.advance(1_000);
    expect(client.received).toBe('abc');
  });

  it('gives a request up that is in line for longer than its client waits', async () => {
    const clock = new ManualClock();
    await using bench = new ClientBench(echo, clock);
    await clock.advance(0);
    await using _lease = await bench.port.lease({ by: owner(), waitMs: 0, holdMs: 60_000 });
    const client = bench.client(gapProtocol({ silenceMs: 1, timeoutMs: 100 }));
    client.say('A');
    await clock.advance(1);
    await new Promise(setImmediate);
    await clock.advance(gapWaitMs);
    expect(client.failures).toMatchObject([{ error: { code: 'WAIT_TIMEOUT' } }]);
    expect(bench.link.written).toEqual([]);
  });
});

describe('a session of an unknown protocol', () => {
  const gap = gapProtocol({ silenceMs: 30, timeoutMs: 500 });

  it('takes what comes between two silences for one request, and what follows for its reply', async () => {
    await using bench = new ClientBench((text, side) => {
      side.reply(`<${text}`);
      setTimeout(() => side.reply('>'), 5);
    });
    const client = bench.client(gap);
    client.say('abcdef', 2);
    await expect.poll(() => client.received).toBe('<abcdef>');
    client.say('g');
    await expect.poll(() => client.received).toBe('<abcdef><g>');
    expect(bench.link.written).toEqual(['abcdef', 'g']);
  });

  it('ends a reply of known length without waiting for silence', async () => {
    const options = { silenceMs: 30, timeoutMs: 500, replyBytes: 4 };
    await using bench = new ClientBench((_text, side) => {
      side.reply('12');
      side.reply('34late');
    });
    const client = bench.client(gapProtocol(options));
    client.say('ab');
    await expect.poll(() => client.received).toBe('1234');
    expect(bench.port.statistics().quarantined).toBe(1);
  });

  it('waits for no reply where there is none', async () => {
    await using bench = new ClientBench(silence);
    const client = bench.client(gapProtocol({ silenceMs: 5, timeoutMs: 60_000, replyBytes: 0 }));
    client.say('ab');
    await expect.poll(() => bench.link.written).toEqual(['ab']);
    await client.session.drain();
    expect(client.failures).toEqual([]);
  });

  it('sends nothing again when the reply is lost', async () => {
    await using bench = new ClientBench(silence);
    const client = bench.client(gapProtocol({ silenceMs: 5, timeoutMs: 20 }));
    client.say('ab');
    await expect.poll(() => client.failures.length).toBe(1);
    expect(client.failures[0]).toMatchObject({ error: { code: 'OUTCOME_UNKNOWN' } });
    expect(bench.link.written).toEqual(['ab']);
  });

  it.each([
    ['before', ''],
    ['in the middle of', 'half a re'],
  ])('gives a request up at once when the link breaks %s its reply', async (_when, half) => {
    const clock = new ManualClock();
    await using bench = new ClientBench((_text, side) => {
      if (half !== '') side.reply(half);
      setImmediate(() => side.unplug());
    }, clock);
    await clock.advance(0);
    const client = bench.client(gap);
    client.say('ab');
    // Its own silence; from then on time stands still.
    await clock.advance(30);
    await expect.poll(() => client.failures.length).toBe(1);
    expect(client.failures[0]).toMatchObject({
      error: { code: 'OUTCOME_UNKNOWN', details: { cause: 'LINK_USB' } },
    });
    expect(client.received).toBe('');
  });

  it('does not cut a request in two because this process was busy', async () => {
    await using bench = new ClientBench(silence);
    const client = bench.client(gapProtocol({ silenceMs: 200, timeoutMs: 50, replyBytes: 0 }));
    let hasPaused = false;
    const server = createServer((socket) => {
      socket.on('data', (data: Uint8Array) => {
        client.session.push(data);
        if (hasPaused) return;
        hasPaused = true;
        // The rest arrives in time, but nobody looks at it before the silence is overdue.
        sender.write('cdef');
        setTimeout(() => sender.write('gh'), 320);
        const busyUntil = performance.now() + 300;
        while (performance.now() < busyUntil);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sender = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sender.write('ab');
    await expect.poll(() => bench.link.written).toEqual(['abcdefgh']);
    sender.destroy();
    server.close();
  });
});
