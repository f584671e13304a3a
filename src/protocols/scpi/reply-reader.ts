import { concatenate } from '../concatenate.ts';
import { moreNeeded } from '../reply-reader.ts';
import type { ReplyProgress, ReplyReader } from '../reply-reader.ts';
import { BlockTracker } from './block-tracker.ts';

/** A longer response is malformed. */
export const responseLengthMost = 67_108_864;

const lineFeed = 0x0a;
const nothing = new Uint8Array();

/**
 * Reads one response message up to its end: a line feed outside blocks, or the END of the link. Gives
 * it whole, terminator included, as the instrument sent it.
 */
export class ScpiReplyReader implements ReplyReader<Uint8Array> {
  readonly #block = new BlockTracker();
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  push(data: Uint8Array, end: boolean): ReplyProgress<Uint8Array> {
    let at = 0;
    while (at < data.length) {
      const { bytesLeft } = this.#block;
      if (bytesLeft > 0) {
        const skipped = Math.min(bytesLeft, data.length - at);
        this.#block.skip(skipped);
        at += skipped;
        continue;
      }
      const byte = data[at] ?? 0;
      at += 1;
      // A block without length has no end but that of the message.
      if (byte === lineFeed) {
        this.#pieces.push(data.subarray(0, at));
        const rest = at < data.length ? data.subarray(at) : nothing;
        return { kind: 'done', reply: concatenate(this.#pieces), rest };
      }
      this.#block.take(byte);
    }
    this.#pieces.push(data);
    this.#length += data.length;
    if (this.#length > responseLengthMost) {
      return { kind: 'malformed', reason: `a response longer than ${responseLengthMost} bytes` };
    }
    if (end) return { kind: 'done', reply: concatenate(this.#pieces), rest: nothing };
    return moreNeeded;
  }
}

/** A response as text, without its terminator. */
export function responseText(response: Uint8Array): string {
  return new TextDecoder('latin1').decode(response).replace(/\r?\n$/, '');
}
