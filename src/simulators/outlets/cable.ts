import { systemClock } from '../../kernel/index.ts';
import type { Timer } from '../../kernel/index.ts';

/** Putting a cable back is tried so often before the simulator fails. */
export const plugAttemptsMost = 40;
const plugPauseMs = 50;

/** The two things that can be done with a cable. */
export interface CableEnds {
  /** Puts it in. */
  plug(): Promise<void>;
  /** Pulls it: clients notice before this returns. Resolves when all is put away. */
  pull(): Promise<void>;
}

/** A cable that is pulled and put back, one after the other however often it is asked to. */
export class Cable implements AsyncDisposable {
  readonly #ends: CableEnds;
  #work: Promise<void> = Promise.resolve();
  #back: Timer | undefined;
  #isIn = false;
  #isClosed = false;

  constructor(ends: CableEnds) {
    this.#ends = ends;
  }

  /** Puts it in for the first time. Throws what the ends throw. */
  async plug(): Promise<void> {
    await this.#ends.plug();
    this.#isIn = true;
  }

  /** Pulls it, for so long. When it is out already, the time begins anew. */
  unplug(backAfterMs: number): void {
    if (this.#isClosed) return;
    this.#back?.cancel();
    if (this.#isIn) {
      this.#isIn = false;
      const pulled = this.#ends.pull();
      this.#work = this.#work.then(async () => await pulled);
    }
    this.#back = systemClock.schedule(backAfterMs, () => {
      this.#work = this.#work.then(async () => await this.#plugAgain());
    });
  }

  async #plugAgain(): Promise<void> {
    for (let attempt = 1; !this.#isClosed && !this.#isIn; attempt += 1) {
      try {
        await this.plug();
      } catch (error) {
        // The system may take a moment to let go of a path or a port.
        if (attempt >= plugAttemptsMost) throw error;
        await new Promise((resolve) => setTimeout(resolve, plugPauseMs));
      }
    }
  }

  /** Pulls it for good. May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#back?.cancel();
    await this.#work;
    if (!this.#isIn) return;
    this.#isIn = false;
    await this.#ends.pull();
  }
}
