/** So many samples of one window are kept at the most: closer ones than that share of it are passed over. */
const samplesMost = 128;

interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/**
 * How fast a value changes: from the oldest sample of the window to the newest, once they are at least
 * half the window apart.
 */
export class RateWindow {
  readonly #windowMs: number;
  readonly #samples: Sample[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** @returns the change per ms with this sample, undefined while too little is known */
  add(value: number, atMs: number): number | undefined {
    const newest = this.#samples.at(-1);
    // Of a clock that was set back nothing can be reckoned.
    if (newest !== undefined && atMs < newest.atMs) this.clear();
    while (this.#samples[0] !== undefined && this.#samples[0].atMs < atMs - this.#windowMs) {
      this.#samples.shift();
    }
    const oldest = this.#samples[0];
    const last = this.#samples.at(-1);
    if (last === undefined || atMs - last.atMs >= this.#windowMs / samplesMost) {
      this.#samples.push({ atMs, value });
    }
    if (oldest === undefined || atMs - oldest.atMs < this.#windowMs / 2) return undefined;
    return (value - oldest.value) / (atMs - oldest.atMs);
  }

  clear(): void {
    this.#samples.length = 0;
  }
}
