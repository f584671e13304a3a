import { moreNeeded } from '../reply-reader.ts';
import type { ReplyProgress, ReplyReader } from '../reply-reader.ts';
import { ResponseEnd } from './response-end.ts';
import type { ScpiReplyOptions } from './response-end.ts';

/** Takes a response piece by piece. */
export interface ResponseTaker {
  /** One more piece, a part of a chunk of the link: to be copied where it is kept. Must not throw. */
  take(piece: Uint8Array, isEnd: boolean): void;
  /** Undefined while there is room for more. */
  untilRoom(): Promise<void> | undefined;
}

const nothing = new Uint8Array();

/**
 * Reads one response message up to its end and hands it on as it comes, so that one of any length
 * takes no memory here. Its reply is the number of bytes.
 */
export class ScpiReplyStream implements ReplyReader<number> {
  readonly isStreamed = true;
  readonly #end: ResponseEnd;
  readonly #taker: ResponseTaker;
  #bytes = 0;

  constructor(taker: ResponseTaker, options: ScpiReplyOptions = {}) {
    this.#taker = taker;
    this.#end = new ResponseEnd(options);
  }

  untilRoom(): Promise<void> | undefined {
    return this.#taker.untilRoom();
  }

  push(data: Uint8Array, end: boolean): ReplyProgress<number> {
    const { from, to, isEnd } = this.#end.find(data, end);
    this.#bytes += to - from;
    if (to > from || isEnd) this.#taker.take(data.subarray(from, to), isEnd);
    if (!isEnd) return moreNeeded;
    const rest = to < data.length ? data.subarray(to) : nothing;
    return { kind: 'done', reply: this.#bytes, rest };
  }
}
