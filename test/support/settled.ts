import type { ManualClock } from '../../src/kernel/index.ts';

/**
 * Goes on with timers of the clock and with sockets until the promise is settled. The clock goes a
 * hundred times as fast as the machine's, not as fast as it can: what comes by a socket is not late by it.
 */
export async function settled<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  const waiting = { isOver: false };
  const over = (): void => void (waiting.isOver = true);
  promise.then(over, over);
  while (!waiting.isOver) {
    await clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return await promise;
}
