/** How far the head of an arbitrary block has been read. IEEE 488.2, 8.7.9 and 8.7.10. */
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

/** Follows a stream byte by byte and says which bytes belong to a block, whatever they are. */
export class BlockTracker {
  #state: State = outside;

  /** Whether the next byte is data of a block, so that it means nothing by itself. */
  get isInBody(): boolean {
    return this.#state.kind === 'body' || this.#state.kind === 'indefinite';
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

  /** Takes one byte that is not data of a definite block. */
  take(byte: number): void {
    const state = this.#state;
    switch (state.kind) {
      case 'outside':
        if (byte === hash) this.#state = { kind: 'hash' };
        return;
      case 'hash':
        // `#H`, `#Q` and `#B` are numbers, no blocks.
        if (byte === zero) this.#state = { kind: 'indefinite' };
        else if (byte > zero && byte <= nine) {
          this.#state = { kind: 'length', digitsLeft: byte - zero, length: 0 };
        } else this.#state = outside;
        return;
      case 'length': {
        if (byte < zero || byte > nine) {
          this.#state = outside;
          return;
        }
        const length = state.length * 10 + (byte - zero);
        const digitsLeft = state.digitsLeft - 1;
        if (digitsLeft > 0) this.#state = { kind: 'length', digitsLeft, length };
        else this.#state = length > 0 ? { kind: 'body', bytesLeft: length } : outside;
        return;
      }
      case 'body':
        this.skip(1);
        return;
      case 'indefinite':
        return;
    }
  }

  /** The message ended. */
  reset(): void {
    this.#state = outside;
  }
}

/** The head of a definite block: `#`, the number of digits, the number of bytes. */
export function blockHeader(bytes: number): string {
  const digits = String(bytes);
  return `#${digits.length}${digits}`;
}
