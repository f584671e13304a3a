import { hislipMessageIds, nextMessageId } from './message-ids.ts';
import { CarriedOut } from './server-exchange.ts';
import type {
  HislipMark,
  HislipOfferVerdict,
  HislipRmtVerdict,
  HislipServerExchange,
} from './server-exchange.ts';

/**
 * A server's synchronous channel in overlap mode: queries wait in line, nothing interrupts a response,
 * and each Data and DataEnd of the server has a number of the server's own. IVI-6.1, section 3.2.
 */
export class OverlapExchange implements HislipServerExchange {
  readonly isOverlap: boolean = true;
  readonly #carriedOut = new CarriedOut();
  #next = hislipMessageIds.first;
  #lastSent = hislipMessageIds.none;
  #isOver = false;

  received(): HislipRmtVerdict {
    return 'in-step';
  }

  carriedOut(messageId: number): void {
    this.#carriedOut.add(messageId);
  }

  isCarriedOut(messageId: number): boolean {
    return this.#carriedOut.has(messageId);
  }

  offer(): HislipOfferVerdict {
    if (this.#isOver) return { kind: 'drop' };
    const messageId = this.#next;
    this.#lastSent = messageId;
    this.#next = nextMessageId(messageId);
    return { kind: 'send', messageId };
  }

  /** The query names the last of the server's messages that was delivered. */
  isMessageAvailable({ messageId }: HislipMark): boolean {
    return messageId !== this.#lastSent;
  }

  abandon(): void {
    this.#isOver = true;
  }
}
