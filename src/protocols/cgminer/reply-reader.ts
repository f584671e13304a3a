import { concatenate } from '../concatenate.ts';
import { moreNeeded } from '../reply-reader.ts';
import type { ReplyProgress, ReplyReader } from '../reply-reader.ts';
import { cgminerReplyBytesMost } from './limits.ts';
import { parseCgminerReply } from './reply.ts';
import type { CgminerReply } from './reply.ts';

/**
 * Reads the reply to one request: all that comes up to a zero, or to the end of the connection. Joined
 * reports come as one reply each, by their names.
 */
export class CgminerReplyReader implements ReplyReader<ReadonlyMap<string, CgminerReply>> {
  readonly #command: string;
  readonly #bytesMost: number;
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** @param bytesMost a longer reply is malformed. @default {@link cgminerReplyBytesMost} */
  constructor(command: string, bytesMost: number = cgminerReplyBytesMost) {
    this.#command = command;
    this.#bytesMost = bytesMost;
  }

  push(data: Uint8Array, end: boolean): ReplyProgress<ReadonlyMap<string, CgminerReply>> {
    const at = data.indexOf(0);
    const taken = at < 0 ? data : data.subarray(0, at);
    this.#length += taken.length;
    if (this.#length > this.#bytesMost) {
      this.#pieces = [];
      return malformed(`it is longer than ${this.#bytesMost} bytes`);
    }
    if (taken.length > 0) this.#pieces.push(taken);
    if (at < 0 && !end) return moreNeeded;
    const text = new TextDecoder().decode(concatenate(this.#pieces));
    this.#pieces = [];
    if (text.trim() === '') return malformed('the miner closed the connection without a word');
    const reply = parseCgminerReply(text, this.#command);
    if (typeof reply === 'string') return malformed(reply);
    return { kind: 'done', reply, rest: at < 0 ? new Uint8Array() : data.subarray(at + 1) };
  }
}

function malformed(reason: string): { readonly kind: 'malformed'; readonly reason: string } {
  return { kind: 'malformed', reason };
}
