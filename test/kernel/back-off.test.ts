import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackOff } from '../../src/kernel/index.ts';

const plain = { jitter: 0 } as const;

function delays(backOff: BackOff, most: number): number[] {
  return Array.from({ length: most }, () => backOff.nextMs());
}

describe('a back-off', () => {
  it('grows from its first delay to its longest, and stays there', () => {
    const backOff = new BackOff({ ...plain, firstMs: 100, factor: 2, longestMs: 1_000 });
    expect(delays(backOff, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(backOff.attempts).toBe(6);
  });

  it('begins anew after a success', () => {
    const backOff = new BackOff(plain);
    delays(backOff, 5);
    backOff.reset();
    expect(backOff.attempts).toBe(0);
    expect(backOff.nextMs()).toBe(100);
  });

  it('shortens each delay by a share that is drawn, never more than its jitter', () => {
    const drawn = [0, 0.5, 1];
    const backOff = new BackOff({
      firstMs: 1_000,
      factor: 1,
      jitter: 0.2,
      random: () => drawn.shift() ?? 0,
    });
    expect(delays(backOff, 3)).toEqual([1_000, 900, 800]);
  });

  it('gives a delay within its bounds for ever', () => {
    const options = fc.record({
      firstMs: fc.integer({ min: 0, max: 10_000 }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      longestMs: fc.integer({ min: 0, max: 100_000 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(options, (each) => {
        const backOff = new BackOff(each);
        const all = delays(backOff, 1_200);
        expect(all.every((delayMs) => delayMs >= 0 && delayMs <= each.longestMs)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
