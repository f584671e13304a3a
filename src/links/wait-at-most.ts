import { raceAbort } from '../kernel/index.ts';
import type { Clock, SignalboxError } from '../kernel/index.ts';

/** What a wait is for, and how it ends. */
export interface WaitAtMostOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly what: string;
  /** The error when the time is over. */
  readonly late: () => SignalboxError;
}

/** Waits no longer than it says. @throws what `late` gives; CANCELLED; what the promise rejects with */
export async function waitAtMost<T>(promise: Promise<T>, wait: WaitAtMostOptions): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = wait.clock.schedule(wait.timeoutMs, () => late.reject(wait.late()));
  try {
    return await raceAbort(Promise.race([promise, late.promise]), wait.signal, wait.what);
  } finally {
    timer.cancel();
  }
}
