import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/index.ts';
import { turnClock } from '../../src/locks/index.ts';

function spin(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

describe('the clock of turns', () => {
  it('shows one time throughout a turn of the event loop, and the next in the next', async () => {
    await nextTurn();
    const first = turnClock.monotonic();
    spin(3);
    expect(turnClock.monotonic()).toBe(first);
    await nextTurn();
    expect(turnClock.monotonic()).toBeGreaterThanOrEqual(first + 3);
  });

  it('goes on in a turn that is long', () => {
    const first = turnClock.monotonic();
    spin(3);
    let last = first;
    for (let reading = 0; reading < 600; reading += 1) last = turnClock.monotonic();
    expect(last).toBeGreaterThanOrEqual(first + 3);
  });

  it('does not show an old time after the loop slept', async () => {
    // The machine may do something else between the two readings: the best of some tells.
    let leastMs = Infinity;
    for (let turn = 0; turn < 20 && leastMs >= 15; turn += 1) {
      turnClock.monotonic();
      await delay(20);
      leastMs = Math.min(leastMs, Math.abs(turnClock.monotonic() - systemClock.monotonic()));
    }
    expect(leastMs).toBeLessThan(15);
  });
});
