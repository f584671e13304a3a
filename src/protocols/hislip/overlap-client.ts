import { ClientMessageIds } from './client-exchange.ts';
import type { HislipArrivalVerdict, HislipClientExchange } from './client-exchange.ts';
import { hislipMessageIds } from './message-ids.ts';
import type { HislipMark } from './server-exchange.ts';

/**
 * A client's synchronous channel in overlap mode: responses come in the order of the queries.
 * IVI-6.1, section 3.2.2.
 */
export class OverlapClient implements HislipClientExchange {
  readonly isOverlap: boolean = true;
  readonly #ids = new ClientMessageIds();
  #lastDelivered = hislipMessageIds.none;

  get lastSent(): number {
    return this.#ids.last;
  }

  get canSend(): boolean {
    return true;
  }

  next(): HislipMark {
    return { messageId: this.#ids.take(), rmtDelivered: false };
  }

  arriving(): HislipArrivalVerdict {
    return 'take';
  }

  delivered(messageId: number): void {
    this.#lastDelivered = messageId;
  }

  /** It names the last of the server's messages that was delivered. */
  statusQuery(): HislipMark {
    return { messageId: this.#lastDelivered, rmtDelivered: false };
  }

  /** There are none in overlap mode. */
  interrupted(): boolean {
    return false;
  }

  asyncInterrupted(): boolean {
    return false;
  }
}
