import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../src/kernel/index.ts';
import type { Chain, Transaction } from '../../src/ports/index.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { echo, openPort, read } from './open-port.ts';

describe('reads that share the wire', () => {
  it('fails only the one that cannot be put into bytes', async () => {
    const encode = (text: string): Uint8Array => {
      if (text.includes('bad'))
        throw new SignalboxError('VALUE_INVALID', 'it fits into no message');
      return new TextEncoder().encode(`${text}\n`);
    };
    const chain: Chain = {
      combine: (parts) => ({
        transaction: {
          label: 'chain',
          timeoutMs: 100,
          repeat: 'safe',
          attempt: () => ({ request: encode(parts.map(({ label }) => label).join('+')) }),
        },
        taken: parts.length,
      }),
    };
    const { port, clock, bench } = await openPort(echo);
    const of = (text: string): Transaction<string> => {
      const alone = read(text, { merge: { key: text, chain } });
      return { ...alone, attempt: () => ({ ...alone.attempt(), request: encode(text) }) };
    };
    const settled = Promise.allSettled(
      ['a', 'bad', 'b'].map((text) => port.transact(of(text), owner())),
    );
    await clock.advance(100);
    expect(await settled).toMatchObject([
      { value: 're a' },
      { reason: { code: 'VALUE_INVALID' } },
      { value: 're b' },
    ]);
    expect(bench.written).toEqual(['a\n', 'b\n']);
  });

  it('answers identical reads that wait together with one wire transaction', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const replies = Promise.all([
      port.transact(ask('first'), owner()),
      ...Array.from({ length: 10 }, () => port.transact(read('v?'), owner())),
    ]);
    await clock.advance(100);
    expect(new Set(await replies)).toEqual(new Set(['re first', 're v?']));
    expect(bench.written).toEqual(['first\n', 'v?\n']);
    expect(port.statistics()).toMatchObject({
      operations: 11,
      wireTransactions: 2,
      mergedOperations: 9,
    });
  });

  it('does not merge a read with one that is on the wire already, as its value may be older', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const first = port.transact(read('v?'), owner());
    await clock.advance(1);
    const second = port.transact(read('v?'), owner());
    await clock.advance(20);
    await Promise.all([first, second]);
    expect(bench.written).toEqual(['v?\n', 'v?\n']);
  });

  it("lets no owner's read overtake its own write by merging", async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const [one, two] = [owner(), owner()];
    const replies = Promise.all([
      port.transact(ask('busy'), one),
      port.transact(read('v?'), one),
      port.transact(ask('set 1'), two),
      port.transact(read('v?'), two),
    ]);
    await clock.advance(100);
    await replies;
    expect(bench.written).toEqual(['busy\n', 'set 1\n', 'v?\n']);
  });

  it('puts reads of one chain into one message, and sends them singly when that is refused', async () => {
    const chain: Chain = {
      combine: (parts) => ({
        transaction: {
          label: 'chain',
          timeoutMs: 100,
          repeat: 'safe',
          attempt: () => ({
            request: new TextEncoder().encode(`${parts.map(({ label }) => label).join('+')}\n`),
            reader: {
              push: (data) => {
                const text = new TextDecoder().decode(data).trim();
                return text === 'no'
                  ? {
                      kind: 'refused',
                      error: new SignalboxError('INSTRUMENT_ERROR', 'one is unknown'),
                      rest: new Uint8Array(),
                    }
                  : { kind: 'done', reply: text.split('+'), rest: new Uint8Array() };
              },
            },
          }),
        },
        taken: parts.length,
      }),
    };
    const { port, clock, bench } = await openPort((request, side) => {
      const text = request.trim();
      clock.schedule(1, () => {
        if (text.includes('+')) side.reply(text.includes('bad') ? 'no\n' : `${text}\n`);
        else side.reply(text === 'bad' ? '!unknown\n' : `${text}\n`);
      });
    });
    const of = (text: string): Transaction<string> => read(text, { merge: { key: text, chain } });
    const good = Promise.all([
      port.transact(ask('busy'), owner()),
      ...['a', 'b', 'c', 'a'].map((text) => port.transact(of(text), owner())),
    ]);
    await clock.advance(50);
    expect(await good).toEqual(['busy', 'a', 'b', 'c', 'a']);
    expect(bench.written).toEqual(['busy\n', 'a+b+c\n']);
    const mixed = Promise.allSettled([
      port.transact(ask('busy'), owner()),
      ...['a', 'bad'].map((text) => port.transact(of(text), owner())),
    ]);
    await clock.advance(50);
    expect(await mixed).toMatchObject([
      { value: 'busy' },
      { value: 'a' },
      { reason: { code: 'INSTRUMENT_ERROR' } },
    ]);
  });

  it('answers from a reply that is young enough, but not from one before a write', async () => {
    const { port, clock, bench } = await openPort(echo);
    const young = { ...read('v?'), maxAgeMs: 1_000 };
    await port.transact(young, owner());
    await port.transact(young, owner());
    expect(bench.written).toEqual(['v?\n']);
    await port.transact(ask('set 1'), owner());
    await port.transact(young, owner());
    expect(bench.written).toEqual(['v?\n', 'set 1\n', 'v?\n']);
    await clock.advance(1_001);
    await port.transact(young, owner());
    expect(bench.written).toHaveLength(4);
  });

  it('keeps no reply for later that came just before a write went out', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const reading = port.transact(read('v?'), owner());
    const writing = port.transact(ask('set'), owner());
    await clock.advance(20);
    await Promise.all([reading, writing]);
    const again = port.transact(read('v?', { maxAgeMs: 60_000 }), owner());
    await clock.advance(10);
    await again;
    expect(bench.written).toEqual(['v?\n', 'set\n', 'v?\n']);
  });

  it('keeps the replies of one instrument when another is written', async () => {
    const { port, bench } = await openPort(echo);
    const of = (scope: string): Transaction<string> =>
      read(`${scope}?`, { scope, maxAgeMs: 1_000, merge: { key: scope } });
    await port.transact(of('node 3'), owner());
    await port.transact(of('node 5'), owner());
    await port.transact(ask('set', { scope: 'node 3' }), owner());
    await port.transact(of('node 5'), owner());
    await port.transact(of('node 3'), owner());
    expect(bench.written).toEqual(['node 3?\n', 'node 5?\n', 'set\n', 'node 3?\n']);
  });
});
