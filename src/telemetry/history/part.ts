import type { Statement } from '../database/database.ts';
import { partStart } from './resolution.ts';

/** Puts samples of one series together, as far as they follow each other, and writes what they come to. */
export class Part {
  readonly #series: number;
  readonly #lengthMs: number;
  readonly #merge: Statement;
  #startMs = 0;
  #count = 0;
  #numbers = 0;
  #sum = 0;
  #low = Infinity;
  #high = -Infinity;
  #last: number | null = null;
  #lastText: string | null = null;
  #lastMs = -Infinity;

  constructor(series: number, lengthMs: number, merge: Statement) {
    this.#series = series;
    this.#lengthMs = lengthMs;
    this.#merge = merge;
  }

  /** @param number NaN for a text */
  add(atMs: number, number: number, text: string | null): void {
    if (this.#count === 0 || atMs < this.#startMs || atMs >= this.#startMs + this.#lengthMs) {
      this.write();
      this.#startMs = partStart(atMs, this.#lengthMs);
    }
    this.#count += 1;
    if (text === null) {
      this.#numbers += 1;
      this.#sum += number;
      if (number < this.#low) this.#low = number;
      if (number > this.#high) this.#high = number;
    }
    if (atMs > this.#lastMs) {
      this.#lastMs = atMs;
      this.#last = text === null ? number : null;
      this.#lastText = text;
    }
  }

  /** Adds them to what is in the file already. */
  write(): void {
    if (this.#count === 0) return;
    const hasNumbers = this.#numbers > 0;
    this.#merge.run(
      this.#series,
      this.#startMs,
      this.#count,
      this.#numbers,
      hasNumbers ? this.#sum : null,
      hasNumbers ? this.#low : null,
      hasNumbers ? this.#high : null,
      this.#last,
      this.#lastText,
      this.#lastMs,
    );
    this.#count = 0;
    this.#numbers = 0;
    this.#sum = 0;
    this.#low = Infinity;
    this.#high = -Infinity;
    this.#lastMs = -Infinity;
  }
}
