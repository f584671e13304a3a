import { ByteGatherer } from '../byte-gatherer.ts';
import { ElementScanner } from './element-scanner.ts';
import { carriageReturn, defaultTerminator, endByteOf, isBetween } from './terminator.ts';

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

export interface ScpiMessageOptions {
  /** What ends a message; of several characters the last one does. @default '\n' */
  readonly terminator?: string;
}

const questionMark = 0x3f;

/**
 * Cuts a client's bytes into program messages. A line feed in a string or a block ends none, and a
 * question mark in one makes no query. IEEE 488.2, 7.3 and 7.5.
 *
 * Any other `?` does, also one that the standard does not allow where it stands: a query taken for a
 * command would leave its response for the next one who asks, a command taken for a query only waits.
 */
export class ScpiMessageReader {
  readonly #scanner = new ElementScanner('program');
  readonly #message = new ByteGatherer();
  readonly #endByte: number;
  #length = 0;
  #isQuery = false;
  /** Whether the last byte was data of a block: then a carriage return is no part of the end. */
  #endsInData = false;

  constructor(options: ScpiMessageOptions = {}) {
    this.#endByte = endByteOf(options.terminator ?? defaultTerminator);
  }

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
      const skipped = Math.min(this.#scanner.bytesLeft, data.length - at);
      if (skipped > 0) {
        this.#scanner.skip(skipped);
        this.#endsInData = true;
        at += skipped;
        continue;
      }
      const byte = data[at] ?? 0;
      at += 1;
      if (byte === this.#endByte && !this.#scanner.isInData) {
        this.#keep(data.subarray(start, at - 1));
        start = at;
        this.#finish(messages);
      } else if (this.#length === 0 && at - 1 === start && isBetween(byte, this.#endByte)) {
        start = at;
      } else this.#look(byte);
    }
    this.#keep(data.subarray(start));
    if (end) this.#finish(messages);
    return messages;
  }

  /** Forgets the message that has begun. */
  clear(): void {
    this.#message.clear();
    this.#begin();
  }

  #begin(): void {
    this.#length = 0;
    this.#isQuery = false;
    this.#endsInData = false;
    this.#scanner.reset();
  }

  #look(byte: number): void {
    const means = this.#scanner.take(byte);
    this.#endsInData = this.#scanner.isIndefinite;
    if (means && byte === questionMark) this.#isQuery = true;
  }

  #keep(piece: Uint8Array): void {
    this.#length += piece.length;
    // A copy: the link may use the bytes of a chunk again.
    if (this.#length <= messageLengthMost) this.#message.add(piece.slice());
    else this.#message.clear();
  }

  #finish(messages: ProgramMessage[]): void {
    const length = this.#length;
    const whole = this.#message.take();
    const hasReturn = whole.at(-1) === carriageReturn && !this.#endsInData;
    const bytes = hasReturn ? whole.subarray(0, -1) : whole;
    const isQuery = this.#isQuery;
    this.#begin();
    if (length > messageLengthMost) messages.push({ kind: 'too-long', length });
    else if (bytes.length > 0) messages.push({ kind: 'message', bytes, isQuery });
  }
}

/** Whether a message asks for a response. */
export function isQuery(message: string): boolean {
  const [first] = new ScpiMessageReader().push(new TextEncoder().encode(message), true);
  return first?.kind === 'message' && first.isQuery;
}
