import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VisaSessionManager } from '../../../src/instruments/index.ts';
import type { VisaSessionOptions } from '../../../src/instruments/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { MessageInstrument } from '../../support/message-instrument.ts';
import type { Answer } from '../../support/message-instrument.ts';

const resource = 'TCPIP0::192.168.1.100::INSTR';

interface Bench {
  readonly manager: VisaSessionManager;
  readonly instrument: MessageInstrument;
  readonly clock: ManualClock;
  /** What the instrument was told. */
  readonly written: () => readonly string[];
}

async function open(answer?: Answer, options: VisaSessionOptions = {}): Promise<Bench> {
  const instrument = new MessageInstrument(answer);
  const clock = new ManualClock(undefined, turnOfLoop);
  const manager = new VisaSessionManager(resource, { link: instrument, clock, ...options });
  await clock.advance(0);
  const written = (): readonly string[] =>
    instrument.journal.filter((entry) => entry.startsWith('write')).map((entry) => entry.slice(6));
  return { manager, instrument, clock, written };
}

/** Answers after so long. */
function after(clock: () => ManualClock, ms: number): Answer {
  return async (message) => {
    const answered = Promise.withResolvers<string>();
    clock().schedule(ms, () => answered.resolve(`re ${message}`));
    return await answered.promise;
  };
}

async function slow(ms: number, options?: VisaSessionOptions): Promise<Bench> {
  const bench = await open(
    after(() => bench.clock, ms),
    options,
  );
  return bench;
}

describe('a VISA session that several parts of a program share', () => {
  it('gives a response where one is due, and an empty text where none is', async () => {
    const { manager, clock, written } = await open();
    const done = Promise.all([
      manager.enqueueCommand('*IDN?', 2_000, 'v4_init'),
      manager.enqueueCommand('*RST', 1_000, 'v4_init'),
      manager.query('READ?', { owner: 'v2' }),
      manager.write('CONF:VOLT:DC', { owner: 'v2' }),
    ]);
    await clock.advance(10);
    expect(await done).toEqual(['re *IDN?', '', 're READ?', undefined]);
    expect(written()).toHaveLength(4);
  });

  it('does the commands of each owner in their order, and of all one at a time', async () => {
    const { manager, clock, written } = await slow(10);
    const asked = ['a', 'b', 'c'].flatMap((owner) =>
      [1, 2, 3].map((n) => manager.enqueueCommand(`${owner}${n}?`, 1_000, owner)),
    );
    await clock.advance(1);
    expect(written()).toEqual(['a1?\n']);
    expect(manager.queueDepth).toBe(8);
    await clock.advance(200);
    await Promise.all(asked);
    // Owners take turns, so that none of them waits for all that another has asked for.
    expect(written().map((text) => text.slice(0, 2))).toEqual([
      ...['a1', 'b1', 'c1'],
      ...['a2', 'b2', 'c2'],
      ...['a3', 'b3', 'c3'],
    ]);
    expect(manager.queueDepth).toBe(0);
  });

  it('never does a command whose caller’s time was over while it waited', async () => {
    const { manager, clock, written } = await slow(500);
    const first = manager.query('SLOW?');
    const late = expect(manager.enqueueCommand('OUTP ON', 100, 'impatient')).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      message: expect.stringContaining('timeout'),
    });
    await clock.advance(150);
    await late;
    await clock.advance(1_000);
    await first;
    expect(written()).toEqual(['SLOW?\n']);
  });

  it('gives the response of a command that came too late to nobody', async () => {
    const { manager, clock, written } = await slow(500);
    const late = expect(manager.enqueueCommand('SLOW?', 100, 'impatient')).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
      message: expect.stringContaining('timeout'),
    });
    const next = manager.enqueueCommand('NEXT?', 5_000, 'patient');
    await clock.advance(2_000);
    await late;
    expect(await next).toBe('re NEXT?');
    expect(written()).toEqual(['SLOW?\n', 'NEXT?\n']);
  });

  it('counts the wait and the response as one time', async () => {
    const { manager, clock } = await slow(80);
    const first = manager.query('FIRST?');
    // In line for 80 ms, and 80 more for the response.
    const second = expect(manager.query('SECOND?', { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
    });
    await clock.advance(101);
    await second;
    await first;
  });

  it('does what is urgent first', async () => {
    const { manager, clock, written } = await slow(10);
    const asked = [
      // Nothing is more urgent than what is on the wire.
      manager.query('FIRST?', { owner: 'a' }),
      manager.query('A?', { owner: 'a' }),
      manager.query('POLL?', { owner: 'b', priority: 'poll' }),
      manager.query('NOW?', { owner: 'c', priority: 'safety' }),
    ];
    await clock.advance(100);
    await Promise.all(asked);
    expect(written()).toEqual(['FIRST?\n', 'NOW?\n', 'A?\n', 'POLL?\n']);
  });

  it('takes a command back that is not wanted any more', async () => {
    const { manager, clock, written } = await slow(10);
    const first = manager.query('A?');
    const cancel = new AbortController();
    const second = manager.query('B?', { signal: cancel.signal });
    await clock.advance(1);
    cancel.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    await clock.advance(100);
    await first;
    expect(written()).toEqual(['A?\n']);
  });

  it('refuses what cannot be sent, before the wire', async () => {
    const { manager, written } = await open();
    await expect(manager.query('A?\nB?')).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await expect(manager.query('A?', { timeoutMs: 0 })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    await expect(manager.query('A?', { timeoutMs: Infinity })).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    expect(written()).toEqual([]);
    expect(() => new VisaSessionManager('not a name')).toThrow(/BAD_ARGUMENT|resource|interface/);
  });
});

describe('a batch of commands', () => {
  it('has nobody in between', async () => {
    const { manager, clock, written } = await slow(10, { reply: 'scpi' });
    const batch = manager.batch(['A?', 'B?', 'C?'], { owner: 'batch' });
    const other = manager.query('X?', { owner: 'other' });
    await clock.advance(200);
    expect(await batch).toEqual(['re A?', 're B?', 're C?']);
    await other;
    expect(written()).toEqual(['A?\n', 'B?\n', 'C?\n', 'X?\n']);
  });

  it('gives an empty text for what is answered by nothing', async () => {
    const { manager, clock } = await open();
    const batch = manager.batch(['CONF:VOLT:DC', 'READ?']);
    await clock.advance(10);
    expect(await batch).toEqual(['', 're READ?']);
  });

  it('ends with the first that fails, and lets the others go on', async () => {
    const { manager, clock, written } = await open((message) =>
      message === 'B?' ? undefined : `re ${message}`,
    );
    const batch = expect(
      manager.batch(['A?', 'B?', 'C?'], { timeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'INSTRUMENT_TIMEOUT' });
    const other = manager.query('X?', { owner: 'other' });
    await clock.advance(300);
    await batch;
    expect(await other).toBe('re X?');
    expect(written()).toEqual(['A?\n', 'B?\n', 'X?\n']);
  });

  it('is refused whole when one of it cannot be sent', async () => {
    const { manager, written } = await open();
    await expect(manager.batch(['A?', 'B\n'])).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await expect(manager.batch(Array.from({ length: 1_001 }, () => 'A?'))).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    expect(written()).toEqual([]);
  });
});

describe('the connection of a VISA session', () => {
  it('is opened anew in its turn, so that nobody’s command is broken', async () => {
    const { manager, instrument, clock } = await slow(50);
    const first = manager.query('A?');
    await clock.advance(1);
    const again = manager.reconnect({ owner: 'operator' });
    const second = manager.query('B?', { owner: 'second' });
    await clock.advance(300);
    expect(await first).toBe('re A?');
    await again;
    expect(await second).toBe('re B?');
    expect(instrument.journal).toEqual([
      ...['open', 'write A?\n', 'ask', 'open', 'clear'],
      ...['write B?\n', 'ask'],
    ]);
  });

  it('says when it does not come back', async () => {
    const { manager, instrument, clock } = await open();
    instrument.isReachable = false;
    const again = expect(manager.reconnect({ timeoutMs: 500 })).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
    });
    await clock.advance(600);
    await again;
  });

  it('ends with what is in line done, and takes nothing new', async () => {
    const { manager, clock } = await slow(10);
    const last = manager.query('A?');
    const closed = manager.close();
    await expect(manager.query('B?')).rejects.toMatchObject({ code: 'CLOSED' });
    await clock.advance(100);
    expect(await last).toBe('re A?');
    await closed;
  });

  it('counts what went through it', async () => {
    const { manager, clock } = await open((message) =>
      message === 'BAD?' ? undefined : `re ${message}`,
    );
    const asked = Promise.allSettled([
      manager.query('A?', { owner: 'a' }),
      manager.query('BAD?', { owner: 'b', timeoutMs: 100 }),
    ]);
    await clock.advance(500);
    await asked;
    const { operations, failures, owners, queueDepth } = manager.statistics;
    expect({ operations, failures, queueDepth }).toEqual({
      operations: 2,
      failures: 1,
      queueDepth: 0,
    });
    expect(owners.map(({ owner }) => owner.program).toSorted()).toEqual(['a', 'b']);
  });
});
