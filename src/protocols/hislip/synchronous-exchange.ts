import { hislipMessageIds } from './message-ids.ts';
import { CarriedOut } from './server-exchange.ts';
import type {
  HislipMark,
  HislipOfferVerdict,
  HislipRmtVerdict,
  HislipServerExchange,
} from './server-exchange.ts';

const drop: HislipOfferVerdict = { kind: 'drop' };

/**
 * A server's synchronous channel in synchronized mode: a response carries the id of its query, and is
 * interrupted by any message that comes before its end. IVI-6.1, section 3.1.
 *
 * The standard lets a server look for newer input when the end of a response is there. Here it is
 * looked for at every piece: the client drops what it gets of such a response in any case. HiSLIP
 * has no message for a read without a query, so an unterminated error (-420) cannot be told of.
 */
export class SynchronousExchange implements HislipServerExchange {
  readonly isOverlap: boolean = false;
  readonly #carriedOut = new CarriedOut();
  #newest = hislipMessageIds.none;
  /** The end of a response was sent, and the client has not said that it was read. */
  #isRmtExpected = false;
  /** Some of the response to the newest message was sent, and not said to be read. */
  #hasResponded = false;
  /** Whose response was interrupted last: the rest of it is dropped in silence. */
  #interrupted: number | undefined;
  #isOver = false;

  received({ messageId, rmtDelivered }: HislipMark): HislipRmtVerdict {
    const wasExpected = this.#isRmtExpected;
    // Also when they differ, so that one slip of a client is one error and not one a message.
    this.#isRmtExpected = false;
    this.#hasResponded = false;
    this.#newest = messageId;
    if (rmtDelivered === wasExpected) return 'in-step';
    return wasExpected ? 'unread-response' : 'nothing-to-deliver';
  }

  carriedOut(messageId: number): void {
    this.#carriedOut.add(messageId);
  }

  isCarriedOut(messageId: number): boolean {
    return this.#carriedOut.has(messageId);
  }

  offer(messageId: number, isEnd: boolean): HislipOfferVerdict {
    if (this.#isOver) return drop;
    if (messageId === this.#newest) {
      this.#hasResponded = true;
      if (isEnd) this.#isRmtExpected = true;
      return { kind: 'send', messageId };
    }
    if (messageId === this.#interrupted) return drop;
    this.#interrupted = messageId;
    return {
      kind: 'interrupted',
      asynchronous: { type: 'AsyncInterrupted', messageId: this.#newest },
      synchronous: { type: 'Interrupted', messageId: this.#newest },
    };
  }

  /**
   * A query that names another message than the newest finds none: either it has been overtaken by a
   * newer one, and what it says of responses is old, or a message is under way that will interrupt.
   */
  isMessageAvailable({ messageId, rmtDelivered }: HislipMark): boolean {
    if (messageId !== this.#newest) return false;
    if (rmtDelivered) {
      this.#isRmtExpected = false;
      this.#hasResponded = false;
    }
    return this.#hasResponded;
  }

  abandon(): void {
    this.#isOver = true;
  }
}
