/** So many samples have a summary of their own, so that a far look reads no single ones. */
export const blockLength = 64;
/** As many as one plot keeps of a parameter: 28 hours at 10 a second. */
export const samplesMost = 1 << 20;
const startLength = 1_024;
/** When it is full so large a share gives way at once, so that moving the rest is rare. */
const dropShare = 8;

/**
 * The newest samples of one parameter, the older give way: times that never go back, and values. NaN
 * is a gap. They lie in one piece, so that they can be looked at without a copy, and each
 * {@link blockLength} of them have their least and greatest noted.
 */
export class SampleBuffer {
  readonly capacity: number;
  #times: Float64Array<ArrayBuffer>;
  #values: Float64Array<ArrayBuffer>;
  #least: Float64Array<ArrayBuffer>;
  #greatest: Float64Array<ArrayBuffer>;
  #length = 0;

  /** @param capacity rounded up to whole blocks. @default samplesMost */
  constructor(capacity: number = samplesMost) {
    const blocks = Math.max(1, Math.ceil(capacity / blockLength));
    this.capacity = blocks * blockLength;
    const length = Math.min(startLength, this.capacity);
    this.#times = new Float64Array(length);
    this.#values = new Float64Array(length);
    this.#least = new Float64Array(length / blockLength);
    this.#greatest = new Float64Array(length / blockLength);
  }

  /** One that holds samples as they are; @param times in order */
  static of(times: ArrayLike<number>, values: ArrayLike<number>): SampleBuffer {
    const buffer = new SampleBuffer(Math.max(times.length, values.length));
    for (let index = 0; index < times.length; index += 1) {
      buffer.push(times[index] as number, values[index] ?? Number.NaN);
    }
    return buffer;
  }

  get length(): number {
    return this.#length;
  }

  /** ms since 1970, in order. Valid until the next `push`. */
  get times(): Float64Array {
    return this.#times.subarray(0, this.#length);
  }

  /** NaN is a gap. Valid until the next `push`. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  /** Of the newest sample; -Infinity when there is none. */
  get newestMs(): number {
    return this.#length === 0 ? -Infinity : (this.#times[this.#length - 1] as number);
  }

  /** Of the oldest sample; Infinity when there is none. */
  get oldestMs(): number {
    return this.#length === 0 ? Infinity : (this.#times[0] as number);
  }

  /** @returns whether it was new: what is not after the newest is left out */
  push(atMs: number, value: number): boolean {
    if (!(atMs > this.newestMs)) return false;
    if (this.#length === this.#times.length) this.#makeRoom();
    const index = this.#length;
    this.#times[index] = atMs;
    this.#values[index] = value;
    this.#length += 1;
    this.#note(index, value);
    return true;
  }

  /** A gap from now on, unless there is one already. */
  pushGap(atMs: number): boolean {
    const last = this.#values[this.#length - 1];
    if (last === undefined || this.#length === 0 || Number.isNaN(last)) return false;
    return this.push(atMs, Number.NaN);
  }

  clear(): void {
    this.#length = 0;
  }

  /** The first sample that is not before a time. */
  firstFrom(atMs: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] as number) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The least and greatest of samples `from` to `to` (without), gaps left out; NaN when there are only
   * gaps. Written to `into`, which is reused for all columns of a plot.
   */
  extent(from: number, to: number, into: Extent): void {
    let least = Infinity;
    let greatest = -Infinity;
    let index = from;
    while (index < to) {
      if (index % blockLength === 0 && index + blockLength <= to) {
        const block = index / blockLength;
        const low = this.#least[block] as number;
        const high = this.#greatest[block] as number;
        if (low < least) least = low;
        if (high > greatest) greatest = high;
        index += blockLength;
        continue;
      }
      const value = this.#values[index] as number;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      index += 1;
    }
    into.least = least === Infinity ? Number.NaN : least;
    into.greatest = greatest === -Infinity ? Number.NaN : greatest;
  }

  #note(index: number, value: number): void {
    const block = Math.floor(index / blockLength);
    if (index % blockLength === 0) {
      this.#least[block] = Infinity;
      this.#greatest[block] = -Infinity;
    }
    if (value < (this.#least[block] as number)) this.#least[block] = value;
    if (value > (this.#greatest[block] as number)) this.#greatest[block] = value;
  }

  #makeRoom(): void {
    if (this.#times.length < this.capacity) this.#grow();
    else this.#dropOldest();
  }

  #grow(): void {
    const length = Math.min(this.capacity, this.#times.length * 2);
    this.#times = longer(this.#times, length);
    this.#values = longer(this.#values, length);
    this.#least = longer(this.#least, length / blockLength);
    this.#greatest = longer(this.#greatest, length / blockLength);
  }

  #dropOldest(): void {
    const blocks = Math.max(1, Math.floor(this.capacity / blockLength / dropShare));
    const samples = blocks * blockLength;
    this.#times.copyWithin(0, samples);
    this.#values.copyWithin(0, samples);
    this.#least.copyWithin(0, blocks);
    this.#greatest.copyWithin(0, blocks);
    this.#length -= samples;
  }
}

/** The least and the greatest of some samples. */
export interface Extent {
  least: number;
  greatest: number;
}

function longer(array: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(length);
  grown.set(array);
  return grown;
}
