import { ElementScanner } from './element-scanner.ts';
import { defaultTerminator, endByteOf, isBetween } from './terminator.ts';

export interface ScpiReplyOptions {
  /** What ends a response; of several characters the last one does. @default '\n' */
  readonly terminator?: string;
  /**
   * Whether the link marks the end of each message (END). Then nothing else ends a response, as for any
   * VISA program: what was taken for a shorter one would leave its END to the next.
   * @default false
   */
  readonly isMessageLink?: boolean;
}

/** Which part of a chunk belongs to the response. */
export interface ResponsePart {
  readonly from: number;
  readonly to: number;
  /** Whether the response ends there. */
  readonly isEnd: boolean;
}

/**
 * Finds where a response message ends: with the END of the link, or, on links that have none, at a line
 * feed outside strings and blocks. IEEE 488.2, 8.3 and 8.7.
 */
export class ResponseEnd {
  readonly #scanner = new ElementScanner('instrument');
  readonly #endByte: number;
  readonly #isMessageLink: boolean;
  #isBegun = false;

  constructor(options: ScpiReplyOptions = {}) {
    this.#endByte = endByteOf(options.terminator ?? defaultTerminator);
    this.#isMessageLink = options.isMessageLink ?? false;
  }

  /** How many more bytes the head of a block has announced. */
  get announced(): number {
    return this.#scanner.bytesLeft;
  }

  /** Looks at the next bytes. `end` marks the end of a message on links that have messages. */
  find(data: Uint8Array, end: boolean): ResponsePart {
    if (this.#isMessageLink) return { from: 0, to: data.length, isEnd: end };
    const from = !this.#isBegun && isBetween(data[0], this.#endByte) ? 1 : 0;
    if (data.length > from) this.#isBegun = true;
    let to = from;
    while (to < data.length) {
      const skipped = Math.min(this.#scanner.bytesLeft, data.length - to);
      if (skipped > 0) {
        this.#scanner.skip(skipped);
        to += skipped;
        continue;
      }
      const byte = data[to] ?? 0;
      to += 1;
      if (byte === this.#endByte && !this.#scanner.isInData) return { from, to, isEnd: true };
      this.#scanner.take(byte);
    }
    return { from, to, isEnd: end };
  }
}
