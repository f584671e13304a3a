import { moreNeeded } from '../reply-reader.ts';
import type { ReplyProgress, ReplyReader } from '../reply-reader.ts';
import { AsciiFrameReader } from './ascii-frame.ts';
import { BinaryFrameReader } from './binary-frame.ts';
import { directNode } from './frame.ts';
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

/**
 * Waits for the frame that answers one request: by number and node. A request to node 128 is answered
 * by 128 or by the instrument's own address.
 */
export class ProparReplyReader implements ReplyReader<ProparFrame> {
  readonly #awaited: AwaitedReply;
  readonly #frames: { push(chunk: Uint8Array): ProparEvent[] };

  constructor(awaited: AwaitedReply) {
    this.#awaited = awaited;
    this.#frames = awaited.mode === 'binary' ? new BinaryFrameReader() : new AsciiFrameReader();
  }

  push(data: Uint8Array): ReplyProgress<ProparFrame> {
    // One byte at a time, so that what follows the reply in the same chunk is left alone.
    for (let at = 0; at < data.length; at += 1) {
      const [event] = this.#frames.push(data.subarray(at, at + 1));
      if (event?.kind !== 'frame') continue;
      const { frame } = event;
      const rest = at + 1 < data.length ? data.subarray(at + 1) : nothing;
      if (this.#isOurs(frame)) return { kind: 'done', reply: frame, rest };
      this.#awaited.late?.(frame);
      return {
        kind: 'foreign',
        reason: `a frame of node ${frame.node} that nobody waits for`,
        rest,
      };
    }
    return moreNeeded;
  }

  #isOurs(frame: ProparFrame): boolean {
    const { mode, sequence, node } = this.#awaited;
    if (mode === 'binary' && frame.sequence !== sequence) return false;
    return node === directNode || frame.node === node || frame.errorCode !== undefined;
  }
}
