import type { ManualClock } from '../../src/kernel/index.ts';

/** Goes on with timers of the clock and with sockets until the promise is settled. */
export async function settled<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  const waiting = { isOver: false };
  const over = (): void => void (waiting.isOver = true);
  promise.then(over, over);
  while (!waiting.isOver) {
    await clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return await promise;
}
