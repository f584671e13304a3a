import { asSignalboxError, SignalboxError } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';

/** One part of an orderly end. */
export interface ShutdownStep {
  /** What it ends: `the doors`. */
  readonly name: string;
  /** Then it is left behind, and the next one begins. */
  readonly longestMs: number;
  readonly run: () => Promise<unknown>;
}

/**
 * Does one step after the other, each to its deadline, whatever became of those before.
 * @param failed told of a step that failed or was left behind
 */
export async function shutDown(
  steps: readonly ShutdownStep[],
  clock: Clock,
  failed: (step: string, error: SignalboxError) => void,
): Promise<void> {
  for (const { name, longestMs, run } of steps) {
    const late = Promise.withResolvers<never>();
    const timer = clock.schedule(longestMs, () =>
      late.reject(
        new SignalboxError('INTERNAL', `${name} had not ended after ${longestMs} ms`, {
          details: { step: name, longestMs },
        }),
      ),
    );
    try {
      await Promise.race([run(), late.promise]);
    } catch (error) {
      failed(name, asSignalboxError(error));
    } finally {
      timer.cancel();
    }
  }
}

/** Ends all of them at once. @throws what the first that failed throws, when all have ended */
export async function endAll<Each>(
  all: Iterable<Each>,
  end: (each: Each) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(Array.from(all, async (each) => await end(each)));
  const first = results.find((result) => result.status === 'rejected');
  if (first !== undefined) throw first.reason;
}
