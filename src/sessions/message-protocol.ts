import type { Clock } from '../kernel/index.ts';
import type { Transaction } from '../ports/index.ts';
import type { ResponseTaker } from '../protocols/index.ts';
import type { Transact } from './client-protocol.ts';

/** One message of a client, or one that has begun and is passed on while it comes. */
export interface ClientMessage {
  /** Whether all of it has come. */
  readonly isWhole: boolean;
  /** Whether a response comes of it; of one that is passed on it is known when it is whole. */
  readonly expectsResponse: boolean;
  /** While set, too much of it waits for the instrument. */
  readonly untilRoom?: Promise<void> | undefined;
  /**
   * Does what it says; the response goes to `taker` as it comes.
   * @throws what `transact` throws; BAD_ARGUMENT for a message that is too long
   */
  perform(transact: Transact, taker: ResponseTaker): Promise<unknown>;
}

/** The bytes of one client, cut into messages. */
export interface MessageConversation {
  /** Whether a message has begun and is not complete. */
  readonly isInside: boolean;
  /** Takes the next bytes. Never throws. @param isEnd whether a message ends with the last one (END) */
  push(data: Uint8Array, isEnd: boolean): readonly ClientMessage[];
  /** Forgets the message that has begun. */
  clear(): void;
  /**
   * What the instrument says though nothing asked it. Absent: it never does.
   * @param options.timeoutMs at most; the instrument's own time where that is shorter
   * @param options.signal ends it, also when it is under way
   */
  listen?(
    taker: ResponseTaker,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Transaction<unknown>;
}

/** How the messages of clients become transactions with one instrument. */
export interface MessageProtocol {
  converse(clock: Clock): MessageConversation;
}
