import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../src/kernel/index.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { echo, openPort } from './open-port.ts';

describe('what a port puts on the wire', () => {
  it('puts one request on the wire at a time, from its first byte to the last of its reply', async () => {
    const open: string[] = [];
    const { port, clock, bench } = await openPort((request, side) => {
      open.push(request);
      expect(open).toHaveLength(1);
      clock.schedule(5, () => {
        open.pop();
        side.reply(`re ${request}`);
      });
    });
    const replies = Promise.all(
      Array.from({ length: 20 }, (_, n) => port.transact(ask(`q${n}`), owner())),
    );
    await clock.advance(200);
    expect(await replies).toEqual(Array.from({ length: 20 }, (_, n) => `re q${n}`));
    expect(bench.written).toHaveLength(20);
  });

  it('has the next request on the wire before anybody is told of the last', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const writtenWhenTold = port.transact(ask('a'), owner()).then(() => [...bench.written]);
    const next = port.transact(ask('b'), owner());
    await clock.advance(20);
    expect(await writtenWhenTold).toEqual(['a\n', 'b\n']);
    await next;
  });

  it('fails a request that cannot be put into bytes, and goes on with the others', async () => {
    const { port, clock, bench } = await openPort(echo);
    const bad = port.transact(
      ask('bad', {
        attempt: () => {
          throw new SignalboxError('VALUE_INVALID', 'it fits into no message');
        },
      }),
      owner(),
    );
    const next = port.transact(ask('next'), owner());
    await expect(bad).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await clock.advance(10);
    expect(await next).toBe('re next');
    expect(bench.written).toEqual(['next\n']);
  });

  it('gives a late reply to nobody', async () => {
    const { port, clock, bench } = await openPort(
      (request, side) => {
        clock.schedule(request === 'slow\n' ? 150 : 1, () => side.reply(`re ${request}`));
      },
      { resynchronization: { kind: 'quiet', quietMs: 80 } },
    );
    const slow = port.transact(ask('slow'), owner());
    const next = port.transact(ask('next'), owner());
    slow.catch(() => {});
    await clock.advance(1_000);
    await expect(slow).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await next).toBe('re next');
    expect(port.statistics().quarantined).toBe(1);
    expect(bench.written).toEqual(['slow\n', 'next\n']);
  });

  it('opens the link anew after a reply that did not come, where nothing better is declared', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      if (request !== 'lost\n') side.reply(`re ${request}`);
    });
    const lost = port.transact(ask('lost'), owner());
    lost.catch(() => {});
    await clock.advance(2_000);
    await expect(lost).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(bench.opens).toBe(2);
    const next = port.transact(ask('next'), owner());
    await clock.advance(1);
    expect(await next).toBe('re next');
  });

  it('asks a sentinel and drops what comes before its answer', async () => {
    const sentinel = ask('id?', {
      repeat: 'safe',
      attempt: () => ({
        request: new TextEncoder().encode('id?\n'),
        reader: {
          push(data) {
            const text = new TextDecoder().decode(data);
            const at = text.indexOf('me\n');
            if (at < 0) return { kind: 'foreign', reason: 'late', rest: new Uint8Array() };
            return { kind: 'done', reply: 'me', rest: data.subarray(at + 3) };
          },
        },
      }),
    });
    const { port, clock } = await openPort(
      (request, side) => {
        if (request === 'id?\n') clock.schedule(60, () => side.reply('me\n'));
        else if (request === 'slow\n') clock.schedule(130, () => side.reply('late\n'));
        else side.reply(`re ${request}`);
      },
      { resynchronization: { kind: 'sentinel', sentinel } },
    );
    const slow = port.transact(ask('slow'), owner());
    const next = port.transact(ask('next'), owner());
    slow.catch(() => {});
    await clock.advance(2_000);
    expect(await next).toBe('re next');
  });
});
