import { cancellationError, onAbort } from '../kernel/index.ts';
import type { Clock, SignalboxError } from '../kernel/index.ts';

export interface BoundedWaitOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Any of them ends the wait too. */
  readonly signals: readonly AbortSignal[];
  /** What the wait is for, for the error of a signal. */
  readonly what: string;
  /** The error when the time is over. */
  readonly late: () => SignalboxError;
}

/** A signal that aborts with its error when one of others does, or when its time is over. */
export class BoundedWait implements Disposable {
  readonly #ended = new AbortController();
  readonly #leave = new DisposableStack();

  constructor({ clock, timeoutMs, signals, what, late }: BoundedWaitOptions) {
    const timer = clock.schedule(timeoutMs, () => this.#ended.abort(late()));
    this.#leave.defer(() => timer.cancel());
    for (const signal of signals) {
      const end = (): void => this.#ended.abort(cancellationError(signal, what));
      this.#leave.use(onAbort(signal, end));
    }
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  [Symbol.dispose](): void {
    this.#leave.dispose();
  }
}
