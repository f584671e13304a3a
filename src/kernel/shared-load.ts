import { lifeController, raceAbort } from './cancellation.ts';
import { SignalboxError } from './signalbox-error.ts';

/** One load for all who wait for it: each may give up by itself, and the last who does ends it. */
export class SharedLoad<Value> {
  /** What it comes to. Its failure may go unhandled. */
  readonly result: Promise<Value>;
  readonly #stop = lifeController();
  readonly #isFinished: boolean;
  #waiting = 0;
  #isSettled = false;

  /** @param isFinished whether it goes on when nobody waits for it any more */
  constructor(loader: (signal: AbortSignal) => Value | Promise<Value>, isFinished: boolean) {
    this.#isFinished = isFinished;
    this.result = this.#run(loader);
    this.result.catch(() => {});
  }

  /** Whether nobody waited for it any more, and it was told to end. */
  get isAbandoned(): boolean {
    return this.#stop.signal.aborted;
  }

  /** @param abandoned called when this caller was the last, and gave up */
  async join(signal: AbortSignal | undefined, abandoned: () => void): Promise<Value> {
    this.#waiting += 1;
    try {
      return await raceAbort(this.result, signal, 'a wait for a cached value');
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0 && !this.#isSettled && !this.#isFinished) {
        abandoned();
        this.#stop.abort(new SignalboxError('CANCELLED', 'nobody waits for it any more'));
      }
    }
  }

  async #run(loader: (signal: AbortSignal) => Value | Promise<Value>): Promise<Value> {
    try {
      return await loader(this.#stop.signal);
    } finally {
      this.#isSettled = true;
    }
  }
}
