import { array, integer, sample } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/kernel/index.ts';
import { DeadlineLine } from '../../../../src/links/worker/rpc/deadline-line.ts';
import type { Deadline } from '../../../../src/links/worker/rpc/deadline-line.ts';
import { nodeWorkers, supervised } from '../workers.ts';

function deadline(expire: () => void): Deadline {
  return { dueMs: 0, previous: undefined, next: undefined, isInLine: false, expire };
}

describe('a line of deadlines', () => {
  it('needs one timer for all of them', async () => {
    const clock = new ManualClock();
    const line = new DeadlineLine(clock, (run) => run());
    const expired: number[] = [];
    const all = Array.from({ length: 1_000 }, (_, index) => deadline(() => expired.push(index)));
    for (const each of all) line.add(each, 5_000);
    expect(clock.pendingCount).toBe(1);
    for (const each of all.slice(1)) line.remove(each);
    await clock.advance(4_999);
    expect(expired).toEqual([]);
    await clock.advance(1);
    expect(expired).toEqual([0]);
    expect(clock.pendingCount).toBe(0);
  });

  it('lets each expire in its time, whatever is added and taken out', async () => {
    const clock = new ManualClock();
    const line = new DeadlineLine(clock, (run) => run());
    let expired = 0;
    const wrong: string[] = [];
    const steps = array(integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 60 });
    for (const delays of sample(steps, 50)) {
      const startMs = clock.monotonic();
      const all = delays.map((delayMs) =>
        deadline(() => {
          expired += 1;
          if (clock.monotonic() !== startMs + delayMs) wrong.push(`${delayMs}`);
        }),
      );
      expired = 0;
      for (const [index, each] of all.entries()) line.add(each, delays[index] ?? 1);
      const taken = all.filter((_, index) => index % 3 === 1);
      for (const each of taken) line.remove(each);
      await clock.advance(300);
      expect(expired).toBe(all.length - taken.length);
      expect(clock.pendingCount).toBe(0);
    }
    expect(wrong).toEqual([]);
  });
});

describe.each(nodeWorkers)('an answer that arrived in time ($kind)', ({ factory }) => {
  it('is not called late because this process was busy', async () => {
    const worker = supervised(factory);
    await worker.start();
    await worker.call('echo', 'warm');
    const call = worker.call('echo', 'in time', { timeoutMs: 500 });
    // A thread is sent to at the end of this turn.
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    const untilMs = performance.now() + 1_000;
    while (performance.now() < untilMs);
    expect(await call).toBe('in time');
  });
});
