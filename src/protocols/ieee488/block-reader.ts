import { SignalboxError } from '../../kernel/index.ts';
import { BlockTracker } from './block-tracker.ts';

/** What a {@link BlockReader} found in a chunk. */
export interface BlockProgress {
  /** Data of the block: a part of the chunk itself, not a copy. */
  readonly data: Uint8Array;
  /** `malformed`: what came is no block; nothing more is read. */
  readonly state: 'more' | 'done' | 'malformed';
  /** What came after the block. */
  readonly rest: Uint8Array;
}

const nothing = new Uint8Array();
const lineFeed = 0x0a;

/**
 * Reads one arbitrary block out of a stream and hands its data on chunk by chunk, so that a block of
 * any size takes no memory. One of definite length ends after its bytes; one without length at END,
 * where a line feed that comes with END belongs to the end. IEEE 488.2, 8.7.9 and 8.7.10.
 */
export class BlockReader {
  readonly #tracker = new BlockTracker();
  #state: BlockProgress['state'] = 'more';
  #isBegun = false;

  /** Takes the next bytes. `end` marks the end of a message on links that have messages. */
  push(chunk: Uint8Array, end = false): BlockProgress {
    if (this.#state !== 'more') return { data: nothing, state: this.#state, rest: chunk };
    let at = 0;
    while (at < chunk.length && !this.#tracker.isInBody) {
      const byte = chunk[at] ?? 0;
      if (!this.#tracker.take(byte)) return this.#finish('malformed', nothing, chunk.subarray(at));
      at += 1;
      this.#isBegun = true;
      // Only a block without data is over with its head.
      if (!this.#tracker.isOpen) return this.#finish('done', nothing, chunk.subarray(at));
    }
    if (this.#tracker.isIndefinite) return this.#pushIndefinite(chunk.subarray(at), end);
    const data = chunk.subarray(at, at + this.#tracker.bytesLeft);
    this.#tracker.skip(data.length);
    const isComplete = this.#isBegun && !this.#tracker.isOpen;
    if (isComplete) return this.#finish('done', data, chunk.subarray(at + data.length));
    return end ? this.#finish('malformed', data, nothing) : { data, state: 'more', rest: nothing };
  }

  #pushIndefinite(data: Uint8Array, end: boolean): BlockProgress {
    if (!end) return { data, state: 'more', rest: nothing };
    const bytes = data.at(-1) === lineFeed ? data.length - 1 : data.length;
    return this.#finish('done', data.subarray(0, bytes), data.subarray(bytes));
  }

  #finish(state: BlockProgress['state'], data: Uint8Array, rest: Uint8Array): BlockProgress {
    this.#state = state;
    return { data, state, rest };
  }
}

/**
 * The data of a response that is one block, as a part of the response itself. What comes behind a
 * definite block (the terminator) is left out; a block without length ends before its line feed.
 * @throws REPLY_MALFORMED when it is none, or not all of it is there
 */
export function blockData(response: Uint8Array): Uint8Array {
  const { data, state } = new BlockReader().push(response, true);
  if (state === 'done') return data;
  throw new SignalboxError(
    'REPLY_MALFORMED',
    `a response of ${response.length} bytes is no block, or breaks off in one`,
  );
}
