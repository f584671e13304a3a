import { SignalboxError } from '../../kernel/index.ts';
import { fillOf } from './xdr-reader.ts';

const startBytes = 128;
const unsignedMost = 0xffff_ffff;
const hyperBits = 64;

/**
 * Writes XDR items one after the other, RFC 4506.
 *
 * Each method throws VALUE_OUT_OF_RANGE for what does not fit into its type.
 */
export class XdrWriter {
  #data = new Uint8Array(startBytes);
  #view = new DataView(this.#data.buffer);
  #length = 0;

  /** How many bytes have been written. */
  get length(): number {
    return this.#length;
  }

  /** A signed number of 32 bits. Section 4.1. */
  int(value: number): void {
    if ((value | 0) !== value) throw misfit(value, 'a signed number of 32 bits');
    const at = this.#reserve(4);
    this.#view.setInt32(at, value);
  }

  /** A number of 32 bits without sign. Section 4.2. */
  unsigned(value: number): void {
    if (value >>> 0 !== value) throw misfit(value, 'a number of 32 bits without sign');
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  /** A signed number of 64 bits. Section 4.5. */
  hyper(value: bigint): void {
    if (BigInt.asIntN(hyperBits, value) !== value)
      throw misfit(value, 'a signed number of 64 bits');
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, value);
  }

  /** A number of 64 bits without sign. Section 4.5. */
  unsignedHyper(value: bigint): void {
    if (BigInt.asUintN(hyperBits, value) !== value) {
      throw misfit(value, 'a number of 64 bits without sign');
    }
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value);
  }

  /** Section 4.4. */
  bool(value: boolean): void {
    this.int(value ? 1 : 0);
  }

  /** Bytes as they are, filled up with zeros to a whole unit. Section 4.9. */
  fixedOpaque(data: Uint8Array): void {
    // A new buffer is zero, and nothing is written twice: the fill is there already.
    const start = this.#reserve(data.length + fillOf(data.length));
    this.#data.set(data, start);
  }

  /** Bytes behind their length. Section 4.10. @param most how many there may be */
  opaque(data: Uint8Array, most: number): void {
    this.count(data.length, most);
    this.fixedOpaque(data);
  }

  /** Text as UTF-8 behind its length. Section 4.11. @param most bytes, not characters */
  string(text: string, most: number): void {
    this.opaque(new TextEncoder().encode(text), most);
  }

  /** The length before an array, a string or opaque data. @param most what is allowed here */
  count(count: number, most: number = unsignedMost): void {
    if (count > most) throw misfit(count, `a length of at most ${most}`);
    this.unsigned(count);
  }

  /** Everything that was written. The writer is not used again. */
  finish(): Uint8Array {
    return this.#data.subarray(0, this.#length);
  }

  /** Makes room for the next bytes, in a new buffer where the old one is full. */
  #reserve(bytes: number): number {
    const start = this.#length;
    this.#length += bytes;
    if (this.#length > this.#data.length) this.#grow();
    return start;
  }

  #grow(): void {
    const data = new Uint8Array(Math.max(this.#length, 2 * this.#data.length));
    data.set(this.#data);
    this.#data = data;
    this.#view = new DataView(data.buffer);
  }
}

function misfit(value: number | bigint, type: string): SignalboxError {
  return new SignalboxError('VALUE_OUT_OF_RANGE', `${value} is not ${type}`);
}
