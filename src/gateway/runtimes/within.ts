import { asSignalboxError } from '../../kernel/index.ts';
import type { Clock, SignalboxError } from '../../kernel/index.ts';

/** What became of some work in the time that it had. */
export type Outcome<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: SignalboxError }
  | { readonly kind: 'late' };

/** Waits for some work for so long at most. Never rejects; what comes of late work is dropped. */
export async function within<Value>(
  work: Promise<Value>,
  timeoutMs: number,
  clock: Clock,
): Promise<Outcome<Value>> {
  const late = Promise.withResolvers<Outcome<Value>>();
  const timer = clock.schedule(timeoutMs, () => late.resolve({ kind: 'late' }));
  const settled = work.then(
    (value): Outcome<Value> => ({ kind: 'done', value }),
    (error: unknown): Outcome<Value> => ({ kind: 'failed', error: asSignalboxError(error) }),
  );
  try {
    return await Promise.race([settled, late.promise]);
  } finally {
    timer.cancel();
  }
}
