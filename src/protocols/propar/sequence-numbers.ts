import type { Clock } from '../../kernel/index.ts';

/** A number whose reply did not come is not used again for so long, unless its late reply comes. */
export const quarantineMs = 30_000;

/**
 * Hands out the numbers by which replies are told apart. One whose reply did not come in time is in
 * quarantine: a late reply with it must not be taken for that of a new request.
 */
export class SequenceNumbers {
  readonly #clock: Clock;
  /** When each abandoned number may be used again. */
  readonly #quarantine = new Map<number, number>();
  #last = -1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The next number. When all are in quarantine, the one that has been there longest, whose late
   * reply is the least likely; it goes to the end of the quarantine, so that the one after it is
   * another. A wire on which 256 replies in a row were lost has to be tried all the same.
   */
  next(): number {
    const nowMs = this.#clock.monotonic();
    for (let tries = 0; tries < 256; tries += 1) {
      this.#last = (this.#last + 1) % 256;
      const untilMs = this.#quarantine.get(this.#last);
      if (untilMs === undefined || untilMs <= nowMs) {
        this.#quarantine.delete(this.#last);
        return this.#last;
      }
    }
    const [oldest = 0] = this.#quarantine.keys();
    this.abandon(oldest);
    this.#last = oldest;
    return oldest;
  }

  /** The reply to this number did not come. */
  abandon(sequence: number): void {
    this.#quarantine.delete(sequence);
    this.#quarantine.set(sequence, this.#clock.monotonic() + quarantineMs);
  }

  /** Its late reply has come after all: the number is free. */
  settle(sequence: number): void {
    this.#quarantine.delete(sequence);
  }

  /** How many numbers are in quarantine. */
  get quarantined(): number {
    return this.#quarantine.size;
  }
}
