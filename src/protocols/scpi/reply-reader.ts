import { ByteGatherer } from '../byte-gatherer.ts';
import { moreNeeded } from '../reply-reader.ts';
import type { ReplyProgress, ReplyReader } from '../reply-reader.ts';
import { ElementScanner } from './element-scanner.ts';
import { defaultTerminator, endByteOf, isBetween } from './terminator.ts';

/** A longer response is malformed. */
export const responseLengthMost = 67_108_864;

export interface ScpiReplyOptions {
  /** What ends a response; of several characters the last one does. @default '\n' */
  readonly terminator?: string;
  /**
   * Whether the link marks the end of each message. Then a line feed in a block without length is
   * data, as the standard has it; on other links it is the only end there is.
   * @default false
   */
  readonly isMessageLink?: boolean;
}

const nothing = new Uint8Array();

/**
 * Reads one response message up to its end: a line feed outside strings and blocks, or the END of the
 * link. Gives it whole, terminator included, as the instrument sent it. IEEE 488.2, 8.3 and 8.7.
 */
export class ScpiReplyReader implements ReplyReader<Uint8Array> {
  readonly #scanner = new ElementScanner('instrument');
  readonly #response = new ByteGatherer();
  readonly #endByte: number;
  readonly #isMessageLink: boolean;

  constructor(options: ScpiReplyOptions = {}) {
    this.#endByte = endByteOf(options.terminator ?? defaultTerminator);
    this.#isMessageLink = options.isMessageLink ?? false;
  }

  push(data: Uint8Array, end: boolean): ReplyProgress<Uint8Array> {
    const start = this.#response.length === 0 && isBetween(data[0], this.#endByte) ? 1 : 0;
    let at = start;
    while (at < data.length) {
      const skipped = Math.min(this.#scanner.bytesLeft, data.length - at);
      if (skipped > 0) {
        this.#scanner.skip(skipped);
        at += skipped;
        continue;
      }
      const byte = data[at] ?? 0;
      at += 1;
      if (byte === this.#endByte && this.#mayEnd) return this.#finish(data, start, at);
      this.#scanner.take(byte);
    }
    // Also when the head of a block announces it: nobody waits for what will be dropped.
    if (this.#response.length + data.length + this.#scanner.bytesLeft > responseLengthMost) {
      return tooLong;
    }
    if (end) return this.#finish(data, start, at);
    this.#response.add(data.subarray(start));
    return moreNeeded;
  }

  get #mayEnd(): boolean {
    return !this.#scanner.isInData && !(this.#isMessageLink && this.#scanner.isIndefinite);
  }

  #finish(data: Uint8Array, start: number, at: number): ReplyProgress<Uint8Array> {
    this.#response.add(data.subarray(start, at));
    if (this.#response.length > responseLengthMost) return tooLong;
    const rest = at < data.length ? data.subarray(at) : nothing;
    return { kind: 'done', reply: this.#response.take(), rest };
  }
}

const tooLong: ReplyProgress<Uint8Array> = {
  kind: 'malformed',
  reason: `a response longer than ${responseLengthMost} bytes`,
};

/** A response as text, without its terminator. */
export function responseText(response: Uint8Array): string {
  return new TextDecoder('latin1').decode(response).replace(/(?:\r?\n|\r)$/, '');
}
