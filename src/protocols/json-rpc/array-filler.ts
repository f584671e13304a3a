import { arrayBytesAtOnce, arraysMost, binaryBytesMost } from './limits.ts';

/** Whether that is a list of lengths which a message may announce. */
export function areLengths(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length > arraysMost) return false;
  let sum = 0;
  for (const length of value as readonly unknown[]) {
    if (!Number.isSafeInteger(length) || (length as number) < 0) return false;
    sum += length as number;
    if (sum > binaryBytesMost) return false;
  }
  return true;
}

/** Gathers the arrays of one message: each in memory of its own, so that its numbers are aligned. */
export class ArrayFiller {
  readonly #lengths: readonly number[];
  readonly arrays: Uint8Array[] = [];
  #current = new Uint8Array();
  #filled = 0;

  constructor(lengths: readonly number[]) {
    this.#lengths = lengths;
    this.#next();
  }

  get isFull(): boolean {
    return this.arrays.length === this.#lengths.length;
  }

  /** Takes what belongs to the arrays. @returns how many bytes that was */
  take(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length && !this.isFull) {
      const wanted = this.#wanted();
      const piece = bytes.subarray(taken, taken + wanted - this.#filled);
      this.#grow(this.#filled + piece.length, wanted);
      this.#current.set(piece, this.#filled);
      this.#filled += piece.length;
      taken += piece.length;
      if (this.#filled < wanted) continue;
      this.arrays.push(this.#current);
      this.#next();
    }
    return taken;
  }

  #wanted(): number {
    return this.#lengths[this.arrays.length] ?? 0;
  }

  /** Begins the next array that has any bytes. */
  #next(): void {
    this.#filled = 0;
    while (!this.isFull && this.#wanted() === 0) this.arrays.push(new Uint8Array());
    this.#current = new Uint8Array(Math.min(this.#wanted(), arrayBytesAtOnce));
  }

  #grow(needed: number, wanted: number): void {
    if (needed <= this.#current.length) return;
    const longer = new Uint8Array(Math.min(wanted, Math.max(needed, this.#current.length * 2)));
    longer.set(this.#current.subarray(0, this.#filled));
    this.#current = longer;
  }
}
