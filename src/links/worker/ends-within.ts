import type { Clock } from '../../kernel/index.ts';

/** Waits for a promise that never rejects, but no longer than it says. @returns whether it was in time */
export async function endsWithin(
  promise: Promise<unknown>,
  timeoutMs: number,
  clock: Clock,
): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = clock.schedule(timeoutMs, () => late.resolve(false));
  try {
    return await Promise.race([promise.then(() => true), late.promise]);
  } finally {
    timer.cancel();
  }
}
