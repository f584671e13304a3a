import { SignalboxError } from '../../kernel/index.ts';
import { ByteGatherer } from '../byte-gatherer.ts';
import { ElementScanner } from './element-scanner.ts';
import { LongMessage } from './long-message.ts';
import { carriageReturn, defaultTerminator, endByteOf, isBetween } from './terminator.ts';

/** A longer program message that is to be held whole is dropped up to its end, and told of. */
export const messageLengthMost = 16_777_216;

/** One program message of a client, whole. */
export type HeldMessage =
  | {
      readonly kind: 'message';
      /** Without its terminator. */
      readonly bytes: Uint8Array;
      /** Whether it asks for a response: a `?` outside strings and blocks. */
      readonly isQuery: boolean;
    }
  | { readonly kind: 'too-long'; readonly length: number };

/** One program message of a client, or the beginning of one: the rest comes to `message`. */
export type ProgramMessage = HeldMessage | { readonly kind: 'long'; readonly message: LongMessage };

export interface ScpiMessageOptions {
  /** What ends a message; of several characters the last one does. @default '\n' */
  readonly terminator?: string;
}

export interface ProgramMessageOptions extends ScpiMessageOptions {
  /**
   * A message longer than this is passed on while it comes, whatever its length; above
   * {@link messageLengthMost} none is.
   */
  readonly heldBytesMost: number;
}

const questionMark = 0x3f;

/**
 * Cuts a client's bytes into program messages. A line feed in a string or a block ends none, and a
 * question mark in one makes no query. IEEE 488.2, 7.3 and 7.5.
 *
 * Any other `?` does, also one that the standard does not allow where it stands: a query taken for a
 * command would leave its response for the next one who asks, a command taken for a query only waits.
 */
export class ProgramMessageReader {
  readonly #scanner = new ElementScanner('program');
  readonly #message = new ByteGatherer();
  readonly #endByte: number;
  readonly #heldBytesMost: number;
  #long: LongMessage | undefined;
  #length = 0;
  #isQuery = false;
  /** Whether the last byte was data of a block: then a carriage return is no part of the end. */
  #endsInData = false;

  constructor(options: ProgramMessageOptions) {
    this.#endByte = endByteOf(options.terminator ?? defaultTerminator);
    this.#heldBytesMost = options.heldBytesMost;
  }

  /** Whether a message has begun and is not complete. */
  get isInside(): boolean {
    return this.#length > 0;
  }

  /** The message that has begun, when it is passed on while it comes. */
  get long(): LongMessage | undefined {
    return this.#long;
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
        this.#keep(data.subarray(start, at - 1), messages);
        start = at;
        this.#finish(messages);
      } else if (this.#length === 0 && at - 1 === start && isBetween(byte, this.#endByte)) {
        start = at;
      } else this.#look(byte);
    }
    this.#keep(data.subarray(start), messages);
    if (end) this.#finish(messages);
    return messages;
  }

  /** Forgets the message that has begun. */
  clear(): void {
    this.#long?.abandon(new SignalboxError('CANCELLED', 'a message was left unfinished'));
    this.#message.clear();
    this.#begin();
  }

  #begin(): void {
    this.#long = undefined;
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

  #keep(piece: Uint8Array, messages: ProgramMessage[]): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    // A copy: the link may use the bytes of a chunk again.
    const copy = new Uint8Array(piece);
    if (this.#long !== undefined) this.#long.add(copy);
    else if (this.#length > this.#heldBytesMost) {
      this.#message.add(copy);
      this.#long = new LongMessage(this.#message.take());
      messages.push({ kind: 'long', message: this.#long });
    } else if (this.#length <= messageLengthMost) this.#message.add(copy);
    else this.#message.clear();
  }

  #finish(messages: ProgramMessage[]): void {
    if (this.#long !== undefined) {
      this.#long.end(this.#isQuery);
      this.#begin();
      return;
    }
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
