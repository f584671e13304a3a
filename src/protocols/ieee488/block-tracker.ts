/** How far a block has been read. IEEE 488.2, 8.7.9 (definite length) and 8.7.10 (indefinite). */
type State =
  | { readonly kind: 'outside' }
  | { readonly kind: 'hash' }
  | { readonly kind: 'length'; readonly digitsLeft: number; readonly length: number }
  | { readonly kind: 'body'; readonly bytesLeft: number }
  | { readonly kind: 'indefinite' };

const outside: State = { kind: 'outside' };
const hash = 0x23;
const zero = 0x30;
const nine = 0x39;

/** Follows one arbitrary block byte by byte and says which bytes belong to it, whatever they are. */
export class BlockTracker {
  #state: State = outside;

  /** Whether the next byte is data of a block, so that it means nothing by itself. */
  get isInBody(): boolean {
    return this.#state.kind === 'body' || this.#state.kind === 'indefinite';
  }

  /** Whether a block has begun, its head included, and is not complete. */
  get isOpen(): boolean {
    return this.#state.kind !== 'outside';
  }

  /** Whether a block without length is open: it ends with the message. */
  get isIndefinite(): boolean {
    return this.#state.kind === 'indefinite';
  }

  /** How many of the next bytes are surely data, so that they can be passed over at once. */
  get bytesLeft(): number {
    return this.#state.kind === 'body' ? this.#state.bytesLeft : 0;
  }

  /** Passes over so many bytes of data, at most {@link bytesLeft}. */
  skip(bytes: number): void {
    if (this.#state.kind !== 'body') return;
    const bytesLeft = this.#state.bytesLeft - bytes;
    this.#state = bytesLeft > 0 ? { kind: 'body', bytesLeft } : outside;
  }

  /**
   * Takes one byte and says whether it belongs to a block. One that does not ends what looked like a
   * head: `#H`, `#Q` and `#B` are numbers, no blocks.
   */
  take(byte: number): boolean {
    const state = this.#state;
    switch (state.kind) {
      case 'outside':
        if (byte === hash) this.#state = { kind: 'hash' };
        return byte === hash;
      case 'hash':
        return this.#takeDigitCount(byte);
      case 'length':
        return this.#takeDigit(byte, state);
      case 'body':
        this.skip(1);
        return true;
      case 'indefinite':
        return true;
    }
  }

  /** The message ended. */
  reset(): void {
    this.#state = outside;
  }

  #takeDigitCount(byte: number): boolean {
    if (byte < zero || byte > nine) {
      this.#state = outside;
      return false;
    }
    this.#state =
      byte === zero
        ? { kind: 'indefinite' }
        : { kind: 'length', digitsLeft: byte - zero, length: 0 };
    return true;
  }

  #takeDigit(byte: number, state: Extract<State, { readonly kind: 'length' }>): boolean {
    if (byte < zero || byte > nine) {
      this.#state = outside;
      return false;
    }
    const length = state.length * 10 + (byte - zero);
    const digitsLeft = state.digitsLeft - 1;
    if (digitsLeft > 0) this.#state = { kind: 'length', digitsLeft, length };
    else this.#state = length > 0 ? { kind: 'body', bytesLeft: length } : outside;
    return true;
  }
}
