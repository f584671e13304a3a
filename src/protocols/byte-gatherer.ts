import { concatenate } from './concatenate.ts';

/** Pieces below this are copied together; longer ones are kept as they are. */
const pieceBytesLeast = 1_024;
const bufferBytesMost = 65_536;

/**
 * Collects a message that comes in pieces. However small the pieces, it takes at most about twice the
 * memory of the message; long ones are not copied before the end.
 */
export class ByteGatherer {
  /** The first piece, while it is the only one: most messages come as one. */
  #only: Uint8Array | undefined;
  #pieces: Uint8Array[] = [];
  /** Where small pieces go; the last of the pieces while it is not full. */
  #buffer = new Uint8Array();
  #used = 0;
  #length = 0;

  /** How many bytes have come. */
  get length(): number {
    return this.#length;
  }

  /** The caller must not change a piece afterwards. */
  add(piece: Uint8Array): void {
    if (this.#length === 0) this.#only = piece;
    else {
      if (this.#only !== undefined) this.#put(this.#only);
      this.#only = undefined;
      this.#put(piece);
    }
    this.#length += piece.length;
  }

  #put(piece: Uint8Array): void {
    if (piece.length >= pieceBytesLeast) {
      this.#closeBuffer();
      this.#pieces.push(piece);
      return;
    }
    if (this.#used + piece.length > this.#buffer.length) {
      this.#closeBuffer();
      // As long as what there is already, so that a short message takes little.
      const bytes = Math.min(bufferBytesMost, Math.max(this.#length, piece.length, 64));
      this.#buffer = new Uint8Array(bytes);
    }
    this.#buffer.set(piece, this.#used);
    this.#used += piece.length;
  }

  /** Everything that has come, as one; begins anew. */
  take(): Uint8Array {
    this.#closeBuffer();
    const whole = this.#only ?? concatenate(this.#pieces);
    this.clear();
    return whole;
  }

  clear(): void {
    if (this.#length === 0) return;
    this.#only = undefined;
    this.#pieces = [];
    this.#buffer = new Uint8Array();
    this.#used = 0;
    this.#length = 0;
  }

  #closeBuffer(): void {
    if (this.#used === 0) return;
    this.#pieces.push(this.#buffer.subarray(0, this.#used));
    this.#buffer = this.#buffer.subarray(this.#used);
    this.#used = 0;
  }
}
