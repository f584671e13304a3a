import { isSignalboxError } from '../kernel/index.ts';
import type { SignalboxError } from '../kernel/index.ts';

/** How far a reader has come after a chunk. */
export type ReplyProgress<Reply> =
  /** The reply is not complete. */
  | { readonly kind: 'more' }
  /** The reply is complete; `rest` came after it. */
  | { readonly kind: 'done'; readonly reply: Reply; readonly rest: Uint8Array }
  /**
   * What arrived up to here is not the reply of this request: a late one of another, or noise. It
   * goes into quarantine, `rest` is read on.
   */
  | { readonly kind: 'foreign'; readonly reason: string; readonly rest: Uint8Array }
  /** The reply is complete and is a refusal by the instrument; `rest` came after it. */
  | { readonly kind: 'refused'; readonly error: SignalboxError; readonly rest: Uint8Array }
  /** What arrived is meant for this request, but breaks the protocol. */
  | { readonly kind: 'malformed'; readonly reason: string };

/** Reads the reply of one request out of the bytes that arrive. Used once. */
export interface ReplyReader<Reply> {
  /** Takes the next bytes. `end` marks the end of a message on links that have messages. */
  push(data: Uint8Array, end: boolean): ReplyProgress<Reply>;
  /**
   * Set by a reader that hands its reply on piece by piece, however long it is: its time is over when
   * nothing has come for so long, and not with the whole.
   */
  readonly isStreamed?: boolean;
  /** Where the one who takes the pieces has no room: the link is read on when it resolves. */
  untilRoom?(): Promise<void> | undefined;
  /** When set, a silence of so many ms after the last byte ends the reply: `silence()` gives it. */
  readonly silenceMs?: number;
  silence?(): Reply;
}

/** The answer of a reader that needs more bytes. */
export const moreNeeded: { readonly kind: 'more' } = { kind: 'more' };

/**
 * A reader whose replies are turned into something else. A `turn` that throws one of our errors makes
 * the reply a refusal.
 */
export function mapReply<From, To>(
  reader: ReplyReader<From>,
  turn: (reply: From) => To,
): ReplyReader<To> {
  return {
    push(data, end) {
      const progress = reader.push(data, end);
      if (progress.kind !== 'done') return progress;
      const { reply, rest } = progress;
      try {
        return { kind: 'done', reply: turn(reply), rest };
      } catch (error) {
        if (isSignalboxError(error)) return { kind: 'refused', error, rest };
        throw error;
      }
    },
  };
}
