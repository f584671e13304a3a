import { asSignalboxError } from '../../kernel/index.ts';
import type { Clock, SignalboxError, Timer } from '../../kernel/index.ts';
import type { HistoryStore, Retention } from '../history/history.ts';

/** What is too old is looked for so often. */
export const retentionEveryMs = 600_000;
/** While there is more, the writer is left alone for so long between two steps. */
export const retentionPauseMs = 50;

export interface RetentionLoopOptions {
  readonly store: HistoryStore;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly failed: (error: SignalboxError) => void;
}

/** Removes what is older than it is to be kept, little by little. */
export class RetentionLoop implements AsyncDisposable {
  readonly #options: RetentionLoopOptions;
  #timer: Timer | undefined;
  #step: Promise<void> | undefined;
  #isOver = false;
  #told: string | undefined;

  constructor(options: RetentionLoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#later(retentionPauseMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#timer?.cancel();
    await this.#step;
  }

  #later(delayMs: number): void {
    if (this.#isOver) return;
    this.#timer = this.#options.clock.schedule(delayMs, () => {
      this.#step = this.#run();
    });
  }

  async #run(): Promise<void> {
    const { store, retention, clock, failed } = this.#options;
    try {
      const { isDone } = await store.retain(retention, clock.now());
      this.#told = undefined;
      this.#later(isDone ? retentionEveryMs : retentionPauseMs);
    } catch (thrown) {
      const error = asSignalboxError(thrown);
      // Told once, until it has worked again.
      if (error.code !== this.#told && !this.#isOver) failed(error);
      this.#told = error.code;
      this.#later(retentionEveryMs);
    }
  }
}
