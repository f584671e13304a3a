import { cancellationError, onAbort } from './cancellation.ts';
import type { Clock } from './clock.ts';

/** Waits on the given clock; ends early with an error when the signal aborts. */
export async function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = clock.schedule(delayMs, resolve);
  using _listener = onAbort(signal, () => {
    timer.cancel();
    if (signal !== undefined) reject(cancellationError(signal, 'a wait'));
  });
  await promise;
}
