import { ClientMessageIds } from './client-exchange.ts';
import type { HislipArrivalVerdict, HislipClientExchange } from './client-exchange.ts';
import { hislipMessageIds } from './message-ids.ts';
import type { HislipMark } from './server-exchange.ts';

/**
 * A client's synchronous channel in synchronized mode. IVI-6.1, section 3.1.2.
 *
 * The standard has both messages of an interruption drop what was received. Here only the one that
 * comes first does: behind the Interrupted comes the response to the newest query, which an
 * AsyncInterrupted that is late must not take away.
 */
export class SynchronousClient implements HislipClientExchange {
  readonly isOverlap: boolean = false;
  readonly #ids = new ClientMessageIds();
  /** The application has had the end of a response, and the server was not told. */
  #isRmtDelivered = false;
  /** How many more Interrupted than AsyncInterrupted have come. */
  #interruptedAhead = 0;

  get lastSent(): number {
    return this.#ids.last;
  }

  /** Not between an Interrupted and its AsyncInterrupted: rule 4. */
  get canSend(): boolean {
    return this.#interruptedAhead <= 0;
  }

  next(): HislipMark {
    return { messageId: this.#ids.take(), rmtDelivered: this.#takeDelivered() };
  }

  arriving(messageId: number): HislipArrivalVerdict {
    // Rule 4: until the Interrupted that belongs to an AsyncInterrupted.
    if (this.#interruptedAhead < 0) return 'drop';
    // Nothing was sent that it could answer.
    if (this.lastSent === hislipMessageIds.none) return 'drop';
    return messageId === hislipMessageIds.unknown || messageId === this.lastSent ? 'take' : 'drop';
  }

  delivered(_messageId: number, isEnd: boolean): void {
    if (isEnd) this.#isRmtDelivered = true;
  }

  statusQuery(): HislipMark {
    return { messageId: this.lastSent, rmtDelivered: this.#takeDelivered() };
  }

  interrupted(): boolean {
    this.#interruptedAhead += 1;
    return this.#interruptedAhead > 0;
  }

  asyncInterrupted(): boolean {
    this.#interruptedAhead -= 1;
    return this.#interruptedAhead < 0;
  }

  /** The server is told once for each response. */
  #takeDelivered(): boolean {
    const was = this.#isRmtDelivered;
    this.#isRmtDelivered = false;
    return was;
  }
}
