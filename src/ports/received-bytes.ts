import { tracedBytes, tracedBytesMost } from './trace.ts';

/** What arrived for one request: how much, and of what it began with as much as a trace keeps. */
export class ReceivedBytes {
  readonly #first: Uint8Array[] = [];
  #length = 0;

  /** How many bytes in all. */
  get length(): number {
    return this.#length;
  }

  add(data: Uint8Array): void {
    if (this.#length < tracedBytesMost) this.#first.push(data);
    this.#length += data.length;
  }

  /** The first bytes, as a copy. */
  traced(): Uint8Array {
    return tracedBytes(this.#first);
  }
}
