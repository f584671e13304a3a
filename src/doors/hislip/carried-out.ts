import type { Clock } from '../../kernel/index.ts';

/**
 * A release of a lock waits for the messages before it, but not longer: clients exist that name one
 * which never comes.
 */
export const carriedOutLongestMs = 10_000;

/** Lets others wait until a message has been carried out. */
export class CarriedOut {
  readonly #clock: Clock;
  readonly #life: AbortSignal;
  #progress = Promise.withResolvers<void>();

  /** @param life those who wait are let go when it aborts */
  constructor(clock: Clock, life: AbortSignal) {
    this.#clock = clock;
    this.#life = life;
    life.addEventListener('abort', () => this.advanced(), { once: true });
  }

  /** Some message has been carried out. */
  advanced(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers<void>();
  }

  /** Resolves when `isDone` says so, or after {@link carriedOutLongestMs}. */
  async until(isDone: () => boolean): Promise<void> {
    const late = Promise.withResolvers<'late'>();
    const timer = this.#clock.schedule(carriedOutLongestMs, () => late.resolve('late'));
    try {
      while (!isDone() && !this.#life.aborted) {
        if ((await Promise.race([this.#progress.promise, late.promise])) === 'late') return;
      }
    } finally {
      timer.cancel();
    }
  }
}
