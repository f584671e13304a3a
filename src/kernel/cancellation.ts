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

/** Who listens to the signals of {@link lifeController}s. */
const listeners = new WeakMap<AbortSignal, Set<Listener>>();

class Listener implements Disposable {
  readonly run: () => void;
  readonly #all: Set<Listener>;

  constructor(run: () => void, all: Set<Listener>) {
    this.run = run;
    this.#all = all;
    all.add(this);
  }

  [Symbol.dispose](): void {
    this.#all.delete(this);
  }
}

/**
 * The controller of something that lives long and is waited for often: its signal is listened to once,
 * and {@link onAbort} takes a place in a list, which costs a fraction of a listener of its own.
 */
export function lifeController(): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = new Set<Listener>();
  listeners.set(signal, waiting);
  const tellAll = (): void => {
    for (const { run } of waiting) {
      try {
        run();
      } catch (error) {
        // As where each has a listener of its own: the others are told, and it is nobody's to catch.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    waiting.clear();
  };
  signal.addEventListener('abort', tellAll, { once: true });
  return controller;
}

/** Calls `run` once when the signal aborts; dispose to take the listener away again. */
export function onAbort(signal: AbortSignal | undefined, run: () => void): Disposable {
  if (signal === undefined) return nothing;
  if (signal.aborted) {
    run();
    return nothing;
  }
  const waiting = listeners.get(signal);
  if (waiting !== undefined) return new Listener(run, waiting);
  signal.addEventListener('abort', run, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', run) };
}

/** Rejects when the signal aborts; otherwise settles as the promise does. Leaves no listener. */
export function raceAbort<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  what: string,
): Promise<T> {
  if (signal === undefined) return promise;
  const race = Promise.withResolvers<T>();
  const listener = onAbort(signal, () => race.reject(cancellationError(signal, what)));
  // Heard to its end also when nobody waits for it any more: its own failure must not go unhandled.
  promise.then(
    (value) => {
      listener[Symbol.dispose]();
      race.resolve(value);
    },
    (error: unknown) => {
      listener[Symbol.dispose]();
      race.reject(error);
    },
  );
  return race.promise;
}
