import { SignalboxError } from '../../kernel/index.ts';

/** Every item takes a whole number of these. RFC 4506, section 3. */
export const xdrUnitBytes = 4;

/**
 * Reads XDR items one after the other, RFC 4506. Nothing is set aside for a length before its bytes
 * are there: opaque data is a part of what was given, not a copy.
 *
 * Each method throws LINK_PROTOCOL when the data ends too early, is longer than the caller allows, or
 * is no value of its type.
 */
export class XdrReader {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  /** How many bytes have not been read. */
  get bytesLeft(): number {
    return this.#data.length - this.#at;
  }

  /** A signed number of 32 bits. Section 4.1. */
  int(): number {
    return this.#view.getInt32(this.#skip(4));
  }

  /** A number of 32 bits without sign. Section 4.2. */
  unsigned(): number {
    return this.#view.getUint32(this.#skip(4));
  }

  /** A signed number of 64 bits. Section 4.5. */
  hyper(): bigint {
    return this.#view.getBigInt64(this.#skip(8));
  }

  /** A number of 64 bits without sign. Section 4.5. */
  unsignedHyper(): bigint {
    return this.#view.getBigUint64(this.#skip(8));
  }

  /** 0 is false and 1 is true; anything else is an error. Section 4.4. */
  bool(): boolean {
    const value = this.int();
    if (value === 0 || value === 1) return value === 1;
    throw malformed(`${value} is no truth value`);
  }

  /** So many bytes as they are, and the bytes that fill them up to a whole unit. Section 4.9. */
  fixedOpaque(bytes: number): Uint8Array {
    const start = this.#skip(bytes + fillOf(bytes));
    return this.#data.subarray(start, start + bytes);
  }

  /** A length and so many bytes. Section 4.10. @param most how many there may be */
  opaque(most: number): Uint8Array {
    return this.fixedOpaque(this.count(most));
  }

  /** A string, taken as UTF-8, of which ASCII is a part. Section 4.11. @param most bytes, not characters */
  string(most: number): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.opaque(most));
  }

  /** The length before an array, a string or opaque data. @param most what is allowed here */
  count(most: number): number {
    const count = this.unsigned();
    if (count <= most) return count;
    throw malformed(`a length of ${count} where at most ${most} is allowed`);
  }

  /** Everything that has not been read, as it is. */
  rest(): Uint8Array {
    return this.#data.subarray(this.#skip(this.bytesLeft));
  }

  #skip(bytes: number): number {
    const start = this.#at;
    if (bytes > this.bytesLeft) {
      throw malformed(`${bytes} bytes are due where ${this.bytesLeft} are left`);
    }
    this.#at += bytes;
    return start;
  }
}

/** How many bytes fill so many up to a whole unit. */
export function fillOf(bytes: number): number {
  return (xdrUnitBytes - (bytes % xdrUnitBytes)) % xdrUnitBytes;
}

function malformed(reason: string): SignalboxError {
  return new SignalboxError('LINK_PROTOCOL', `XDR data: ${reason}`);
}
