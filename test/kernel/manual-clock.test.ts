import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/kernel/index.ts';

describe('a clock that is moved by hand', () => {
  it('stands still until it is moved', async () => {
    const clock = new ManualClock(5_000);
    clock.schedule(0, () => expect.unreachable());
    await Promise.resolve();
    expect([clock.now(), clock.monotonic()]).toEqual([5_000, 0]);
  });

  it('runs what falls due in its order, at its time', async () => {
    const clock = new ManualClock(0);
    const ran: [string, number][] = [];
    const note = (name: string) => (): void => void ran.push([name, clock.monotonic()]);
    clock.schedule(30, note('late'));
    clock.schedule(10, note('early'));
    clock.schedule(10, note('as early, but later asked for'));
    clock.schedule(51, note('not yet'));
    clock.schedule(20, note('taken back')).cancel();
    await clock.advance(50);
    expect(ran).toEqual([
      ['early', 10],
      ['as early, but later asked for', 10],
      ['late', 30],
    ]);
    expect([clock.monotonic(), clock.now(), clock.pendingCount]).toEqual([50, 50, 1]);
  });

  it('runs what is scheduled meanwhile, as far as it falls due', async () => {
    const clock = new ManualClock();
    let beats = 0;
    const beat = (): void => {
      beats += 1;
      clock.schedule(10, beat);
    };
    beat();
    await clock.advance(55);
    expect(beats).toBe(6);
    expect(clock.pendingCount).toBe(1);
  });

  it('lets promises settle between two timers', async () => {
    const clock = new ManualClock();
    const order: string[] = [];
    clock.schedule(1, () => {
      void Promise.resolve()
        .then(() => {})
        .then(() => order.push('what the first set going'));
    });
    clock.schedule(1, () => order.push('the second'));
    await clock.advance(1);
    expect(order).toEqual(['what the first set going', 'the second']);
  });

  it('moves timers not at all when the time of day jumps', async () => {
    const clock = new ManualClock(1_000);
    let ran = 0;
    clock.schedule(100, () => (ran += 1));
    clock.jump(-500_000);
    clock.jump(1_000_000);
    expect([clock.now(), clock.monotonic(), ran]).toEqual([501_000, 0, 0]);
    await clock.advance(100);
    expect([clock.now(), clock.monotonic(), ran]).toEqual([501_100, 100, 1]);
  });

  it('moves as far in many steps as in one', async () => {
    const timers = fc.array(fc.integer({ min: -5, max: 100 }), { maxLength: 20 });
    const steps = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(timers, steps, async (delaysMs, stepsMs) => {
        const run = async (movesMs: readonly number[]): Promise<[number, number][]> => {
          const clock = new ManualClock();
          const ran: [number, number][] = [];
          for (const [index, delayMs] of delaysMs.entries()) {
            clock.schedule(delayMs, () => void ran.push([index, clock.monotonic()]));
          }
          for (const moveMs of movesMs) await clock.advance(moveMs);
          return ran;
        };
        const wholeMs = stepsMs.reduce((sum, stepMs) => sum + stepMs, 0);
        // A move of nothing runs what is due already, so both begin with one.
        expect(await run([0, ...stepsMs])).toEqual(await run([0, wholeMs]));
      }),
      { numRuns: 200 },
    );
  });
});
