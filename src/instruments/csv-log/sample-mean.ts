import type { Reading } from '../parameter.ts';

/** The mean of numbers, or the last of what is no number. */
export class SampleMean {
  #sum = 0;
  #count = 0;
  #last: Reading | undefined;

  add(reading: Reading): void {
    const { value } = reading;
    // Numbers of two units have no mean: it begins anew with the new one.
    if (this.#last !== undefined && reading.unit !== this.#last.unit) this.#begin();
    this.#sum += typeof value === 'number' ? value : 0;
    this.#count += 1;
    this.#last = reading;
  }

  /** What came since the last time; undefined when nothing did. Begins anew. */
  take(): (Reading & { readonly count: number }) | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    const count = this.#count;
    const value = typeof last.value === 'number' ? this.#sum / count : last.value;
    this.#begin();
    return { ...last, value, count };
  }

  #begin(): void {
    this.#sum = 0;
    this.#count = 0;
    this.#last = undefined;
  }
}
