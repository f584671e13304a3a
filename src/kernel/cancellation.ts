import { SignalboxError, isSignalboxError } from './signalbox-error.ts';

/** The error with which a cancelled wait ends: the signal's own reason if it is one of ours. */
export function cancellationError(signal: AbortSignal, what: string): SignalboxError {
  const reason: unknown = signal.reason;
  if (isSignalboxError(reason)) return reason;
  return new SignalboxError('CANCELLED', `${what} was cancelled`, { cause: reason });
}

/** Throws if the signal is aborted already. */
export function throwIfCancelled(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted === true) throw cancellationError(signal, what);
}

const nothing: Disposable = { [Symbol.dispose]: () => {} };

/** Calls `run` once when the signal aborts; dispose to take the listener away again. */
export function onAbort(signal: AbortSignal | undefined, run: () => void): Disposable {
  if (signal === undefined) return nothing;
  if (signal.aborted) {
    run();
    return nothing;
  }
  signal.addEventListener('abort', run, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', run) };
}

/** Rejects when the signal aborts; otherwise settles as the promise does. Leaves no listener. */
export async function raceAbort<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  what: string,
): Promise<T> {
  if (signal === undefined) return promise;
  // Nobody waits for it once this has rejected, so its own failure must not go unhandled.
  promise.catch(() => {});
  throwIfCancelled(signal, what);
  const aborted = Promise.withResolvers<never>();
  using _listener = onAbort(signal, () => aborted.reject(cancellationError(signal, what)));
  return await Promise.race([promise, aborted.promise]);
}
