import { concatenate } from '../concatenate.ts';
import { BlockTracker } from './block-tracker.ts';

/** A longer program message is dropped up to its end, and told of. */
export const messageLengthMost = 16_777_216;

/** One program message of a client. */
export type ProgramMessage =
  | {
      readonly kind: 'message';
      /** Without its terminator. */
      readonly bytes: Uint8Array;
      /** Whether it asks for a response: a `?` outside strings and blocks. */
      readonly isQuery: boolean;
    }
  | { readonly kind: 'too-long'; readonly length: number };

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const questionMark = 0x3f;
const singleQuote = 0x27;
const doubleQuote = 0x22;

/**
 * Cuts a client's bytes into program messages. A line feed in a string or a block ends none, and a
 * question mark in one makes no query. IEEE 488.2, 7.3 and 7.5.
 */
export class ScpiMessageReader {
  readonly #block = new BlockTracker();
  #pieces: Uint8Array[] = [];
  #length = 0;
  #quote: number | undefined;
  #isQuery = false;
  /** Whether the last byte was data of a block: then a carriage return is no part of the end. */
  #endsInData = false;

  /** Whether a message has begun and is not complete. */
  get isInside(): boolean {
    return this.#length > 0;
  }

  /** Takes the next bytes. Never throws. @param end marks the end of a message where links know it */
  push(data: Uint8Array, end = false): ProgramMessage[] {
    const messages: ProgramMessage[] = [];
    let start = 0;
    let at = 0;
    while (at < data.length) {
      const { bytesLeft } = this.#block;
      if (bytesLeft > 0) {
        const skipped = Math.min(bytesLeft, data.length - at);
        this.#block.skip(skipped);
        this.#endsInData = true;
        at += skipped;
        continue;
      }
      const byte = data[at] ?? 0;
      at += 1;
      if (byte === lineFeed && this.#quote === undefined) {
        this.#keep(data.subarray(start, at - 1));
        start = at;
        this.#finish(messages);
      } else this.#look(byte);
    }
    this.#keep(data.subarray(start));
    if (end) this.#finish(messages);
    return messages;
  }

  #look(byte: number): void {
    this.#endsInData = this.#block.isInBody;
    if (this.#quote !== undefined) {
      // A doubled quote closes and opens again, which comes to the same.
      if (byte === this.#quote) this.#quote = undefined;
      return;
    }
    this.#block.take(byte);
    if (this.#block.isInBody) return;
    if (byte === singleQuote || byte === doubleQuote) this.#quote = byte;
    else if (byte === questionMark) this.#isQuery = true;
  }

  #keep(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.#length <= messageLengthMost) {
      if (piece.length > 0) this.#pieces.push(piece.slice());
    } else this.#pieces = [];
  }

  #finish(messages: ProgramMessage[]): void {
    const length = this.#length;
    const whole = concatenate(this.#pieces);
    const hasReturn = whole.at(-1) === carriageReturn && !this.#endsInData;
    const bytes = hasReturn ? whole.subarray(0, -1) : whole;
    const isQuery = this.#isQuery;
    this.#pieces = [];
    this.#length = 0;
    this.#quote = undefined;
    this.#isQuery = false;
    this.#endsInData = false;
    this.#block.reset();
    if (length > messageLengthMost) messages.push({ kind: 'too-long', length });
    else if (bytes.length > 0) messages.push({ kind: 'message', bytes, isQuery });
  }
}

/** Whether a message asks for a response. */
export function isQuery(message: string): boolean {
  const [first] = new ScpiMessageReader().push(new TextEncoder().encode(message), true);
  return first?.kind === 'message' && first.isQuery;
}
