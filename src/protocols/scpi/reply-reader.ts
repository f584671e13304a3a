import { ByteGatherer } from '../byte-gatherer.ts';
import { moreNeeded } from '../reply-reader.ts';
import type { ReplyProgress, ReplyReader } from '../reply-reader.ts';
import { ResponseEnd } from './response-end.ts';
import type { ScpiReplyOptions } from './response-end.ts';

/** A longer response is malformed. */
export const responseLengthMost = 67_108_864;

const nothing = new Uint8Array();

/**
 * Reads one response message up to its end and gives it whole, terminator included, as the instrument
 * sent it.
 */
export class ScpiReplyReader implements ReplyReader<Uint8Array> {
  readonly #end: ResponseEnd;
  readonly #response = new ByteGatherer();

  constructor(options: ScpiReplyOptions = {}) {
    this.#end = new ResponseEnd(options);
  }

  push(data: Uint8Array, end: boolean): ReplyProgress<Uint8Array> {
    const { from, to, isEnd } = this.#end.find(data, end);
    // Also when the head of a block announces it: nobody waits for what will be dropped.
    const length = this.#response.length + to - from + (isEnd ? 0 : this.#end.announced);
    if (length > responseLengthMost) return tooLong;
    this.#response.add(data.subarray(from, to));
    if (!isEnd) return moreNeeded;
    const rest = to < data.length ? data.subarray(to) : nothing;
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
