import type { HislipMessage } from './message.ts';
import { hislipMessageIds, messagesAhead } from './message-ids.ts';

/**
 * How a client's message and the responses before it go together. IVI-6.1, section 3.1.1.
 * - `in-step`: all that was sent in response was delivered, or nothing was sent
 * - `unread-response`: a whole response was sent that the client did not read: IEEE 488.2's
 *   interrupted error (-410), of which the client is not told
 * - `nothing-to-deliver`: the client says that it read a response when there was none
 */
export type HislipRmtVerdict = 'in-step' | 'unread-response' | 'nothing-to-deliver';

/** What becomes of a piece of a response. */
export type HislipOfferVerdict =
  /** It goes out in a Data or DataEnd with this id. */
  | { readonly kind: 'send'; readonly messageId: number }
  /**
   * A newer message has come, so nobody reads the response: it is dropped (-410), and the client told
   * by both messages, first on the asynchronous channel. IVI-6.1, sections 3.1.1 and 6.11.
   */
  | {
      readonly kind: 'interrupted';
      readonly asynchronous: HislipMessage;
      readonly synchronous: HislipMessage;
    }
  /** It is of a response that was interrupted, or from before a device clear. */
  | { readonly kind: 'drop' };

/** The head of a Data, DataEnd or Trigger, or a status query. */
export interface HislipMark {
  readonly messageId: number;
  readonly rmtDelivered: boolean;
}

/**
 * The server's account of one synchronous channel, from initialization or a device clear to the next
 * device clear, which begins a new one.
 */
export interface HislipServerExchange {
  readonly isOverlap: boolean;
  /** A Data, DataEnd or Trigger has come. Call it at its head, before its payload is used. */
  received(mark: HislipMark): HislipRmtVerdict;
  /** The message was carried out: what waits for it may go on. */
  carriedOut(messageId: number): void;
  /**
   * Whether a release of a lock or a remote/local control that names this message may be carried out
   * now. IVI-6.1, sections 6.5 and 6.7. Wait with a bound: clients exist that name a message which
   * never comes.
   */
  isCarriedOut(messageId: number): boolean;
  /** A piece of the response to that message, which ended with a DataEnd, is there. */
  offer(messageId: number, isEnd: boolean): HislipOfferVerdict;
  /** A status query: whether a response awaits delivery (MAV). IVI-6.1, section 6.14. */
  isMessageAvailable(query: HislipMark): boolean;
  /** A device clear has begun: whatever is offered from now on is dropped. */
  abandon(): void;
}

/** No client has more messages under way on the synchronous channel than so many. */
const underWayMost = 64;

/** Which messages of a client were carried out. */
export class CarriedOut {
  #last = hislipMessageIds.none;

  add(messageId: number): void {
    this.#last = messageId;
  }

  /**
   * An id that is further ahead than any message can be names none: clients exist that send 0 while
   * they have sent nothing. It is not waited for.
   */
  has(messageId: number): boolean {
    const ahead = messagesAhead(messageId, this.#last);
    return ahead <= 0 || ahead > underWayMost;
  }
}
