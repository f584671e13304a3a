import { moreNeeded } from '../reply-reader.ts';
import type { ReplyProgress, ReplyReader } from '../reply-reader.ts';
import { AsciiFrameReader } from './ascii-frame.ts';
import { BinaryFrameReader } from './binary-frame.ts';
import { directNode, unframed } from './frame.ts';
import type { ProparEvent, ProparFrame } from './frame.ts';

/** Which of the two framings a line speaks. */
export type ProparMode = 'binary' | 'ascii';

/** Whose reply is awaited. */
export interface AwaitedReply {
  readonly mode: ProparMode;
  /** Ignored in ASCII mode, which has none. */
  readonly sequence: number;
  readonly node: number;
  /** Told of each frame of another number: a late reply. */
  readonly late?: (frame: ProparFrame) => void;
}

const nothing = new Uint8Array();
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** What a frame begins with. */
const firstByte: Readonly<Record<ProparMode, number>> = { binary: 0x10, ascii: 0x3a };
/**
 * First bytes of messages that instruments are asked with, or that they send without being asked, but
 * never answer with; manual 9.17.027, section 3.5. Two-wire RS485 adapters give back what was sent.
 */
const notAnswers: readonly (number | undefined)[] = [0x01, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09];

/**
 * Waits for the frame that answers one request: by number and node. A request to node 128 is answered
 * by 128 or by the instrument's own address. Late replies of others, noise, broadcasts and echoes of requests
 * are foreign; a frame with this number and node whose length is wrong is malformed.
 */
export class ProparReplyReader implements ReplyReader<ProparFrame> {
  readonly #awaited: AwaitedReply;
  readonly #frames: { push(chunk: Uint8Array): ProparEvent[] };

  constructor(awaited: AwaitedReply) {
    this.#awaited = awaited;
    this.#frames = awaited.mode === 'binary' ? new BinaryFrameReader() : new AsciiFrameReader();
  }

  push(data: Uint8Array): ReplyProgress<ProparFrame> {
    const { mode, late } = this.#awaited;
    // One byte at a time, so that what follows the reply in the same chunk is left alone.
    for (let at = 0; at < data.length; at += 1) {
      const event = this.#frames.push(data.subarray(at, at + 1)).at(-1);
      if (event === undefined) continue;
      // The line feed behind the carriage return that ended a line belongs to it.
      const isLineEnd = data[at] === carriageReturn && data[at + 1] === lineFeed;
      const end = isLineEnd && mode === 'ascii' ? at + 2 : at + 1;
      const rest = end < data.length ? data.subarray(end) : nothing;
      if (event.kind === 'noise') {
        const { claims, reason } = event;
        if (claims !== undefined && this.#isOurs(claims)) return { kind: 'malformed', reason };
        const next = data[at + 1];
        const goesOn = next !== undefined && next !== firstByte[mode];
        // Stray bytes in a row are told of once.
        if (reason === unframed && goesOn) continue;
        return { kind: 'foreign', reason, rest };
      }
      const { frame } = event;
      if (!this.#isOurs(frame)) {
        late?.(frame);
        const reason = `a frame of node ${frame.node} that nobody waits for`;
        return { kind: 'foreign', reason, rest };
      }
      if (notAnswers.includes(frame.data[0])) {
        return { kind: 'foreign', reason: 'a message that answers nothing', rest };
      }
      return { kind: 'done', reply: frame, rest };
    }
    return moreNeeded;
  }

  #isOurs(frame: Pick<ProparFrame, 'sequence' | 'node' | 'errorCode'>): boolean {
    const { mode, sequence, node } = this.#awaited;
    if (mode === 'binary' && frame.sequence !== sequence) return false;
    return node === directNode || frame.node === node || frame.errorCode !== undefined;
  }
}
