import { onAbort, raceAbort, SignalboxError } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';

/**
 * Does something that has to end in time.
 * @param run given a signal that aborts when the time is over, or `signal` aborts
 * @throws WAIT_TIMEOUT when it has not ended by then; what `run` throws
 */
export async function within<Result>(
  clock: Clock,
  longestMs: number,
  signal: AbortSignal,
  what: string,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ended = new AbortController();
  using _outer = onAbort(signal, () => ended.abort(signal.reason));
  const timer = clock.schedule(longestMs, () =>
    ended.abort(
      new SignalboxError('WAIT_TIMEOUT', `${what} had not ended after ${longestMs} ms`, {
        details: { longestMs },
      }),
    ),
  );
  try {
    return await raceAbort(run(ended.signal), ended.signal, what);
  } finally {
    timer.cancel();
  }
}
