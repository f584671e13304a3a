import type { Clock } from '../../kernel/index.ts';

/** The time over which requests are counted. Source: Web API, Rate Limits. */
const windowMs = 30_000;

/** Counts requests over a rolling time. */
export class RequestRate {
  readonly #most: number;
  readonly #clock: Clock;
  #atMs: number[] = [];

  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  /** Takes note of one; says after how many seconds it may be asked again, 0 for at once. */
  take(): number {
    const nowMs = this.#clock.monotonic();
    this.#atMs = this.#atMs.filter((atMs) => nowMs - atMs < windowMs);
    const first = this.#atMs[0];
    if (first !== undefined && this.#atMs.length >= this.#most) {
      return Math.max(1, Math.ceil((first + windowMs - nowMs) / 1_000));
    }
    this.#atMs.push(nowMs);
    return 0;
  }
}
