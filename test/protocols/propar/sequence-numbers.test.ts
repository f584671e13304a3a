import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { quarantineMs, SequenceNumbers } from '../../../src/protocols/index.ts';

function drawn(numbers: SequenceNumbers, times: number): number[] {
  return Array.from({ length: times }, () => numbers.next());
}

describe('sequence numbers', () => {
  it('go from 0 to 255 and begin anew', () => {
    const all = drawn(new SequenceNumbers(new ManualClock()), 257);
    expect(all.slice(0, 256)).toEqual(Array.from({ length: 256 }, (_, at) => at));
    expect(all.at(-1)).toBe(0);
  });

  it('leave out one whose reply did not come, until its time is over', async () => {
    const clock = new ManualClock();
    const numbers = new SequenceNumbers(clock);
    numbers.abandon(numbers.next());
    expect(drawn(numbers, 300)).not.toContain(0);
    expect(numbers.quarantined).toBe(1);
    await clock.advance(quarantineMs - 1);
    expect(drawn(numbers, 256)).not.toContain(0);
    await clock.advance(1);
    expect(drawn(numbers, 256)).toContain(0);
    expect(numbers.quarantined).toBe(0);
  });

  it('give one back whose late reply has come', () => {
    const numbers = new SequenceNumbers(new ManualClock());
    numbers.abandon(numbers.next());
    numbers.settle(0);
    expect(drawn(numbers, 256)).toContain(0);
  });

  it('take the one that has waited longest when all are in quarantine', async () => {
    const clock = new ManualClock();
    const numbers = new SequenceNumbers(clock);
    for (const sequence of drawn(numbers, 256).toReversed()) {
      numbers.abandon(sequence);
      await clock.advance(1);
    }
    expect(drawn(numbers, 3)).toEqual([255, 254, 253]);
  });
});
