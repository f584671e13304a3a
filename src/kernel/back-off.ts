/** How the delays between attempts grow. */
export interface BackOffOptions {
  /** The first delay. @default 100 */
  readonly firstMs?: number;
  /** What each delay is multiplied by to give the next. @default 2 */
  readonly factor?: number;
  /** No delay is longer. @default 2_000 */
  readonly longestMs?: number;
  /** Share of each delay that is drawn at random, 0 to 1, so that many do not try at once. @default 0.2 */
  readonly jitter?: number;
  /** A number from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/** An endless series of growing delays; `reset()` starts it again after a success. */
export class BackOff {
  readonly #options: Required<BackOffOptions>;
  #attempts = 0;
  #plainMs: number;

  constructor(options: BackOffOptions = {}) {
    this.#options = {
      firstMs: 100,
      factor: 2,
      longestMs: 2_000,
      jitter: 0.2,
      random: Math.random,
      ...options,
    };
    this.#plainMs = this.#options.firstMs;
  }

  /** How many delays have been given since the start or the last reset. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The next delay in ms. */
  nextMs(): number {
    const { factor, longestMs, jitter, random } = this.#options;
    const plainMs = Math.min(this.#plainMs, longestMs);
    // From delay to delay, because a power would overflow in a series without end.
    this.#plainMs = plainMs * factor;
    this.#attempts += 1;
    return plainMs * (1 - jitter * random());
  }

  reset(): void {
    this.#attempts = 0;
    this.#plainMs = this.#options.firstMs;
  }
}
