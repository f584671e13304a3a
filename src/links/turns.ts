import { raceAbort } from '../kernel/index.ts';

/** What must not overlap, one after the other. */
export class Turns {
  /** Never rejects. */
  #last: Promise<void> = Promise.resolve();

  /** Runs when all before it is over. */
  async run<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    this.#last = result.then(
      () => {},
      () => {},
    );
    return await result;
  }

  /** Resolves when all that has its turn now is over. @throws CANCELLED */
  async over(signal?: AbortSignal, what = 'a wait'): Promise<void> {
    await raceAbort(this.#last, signal, what);
  }
}
