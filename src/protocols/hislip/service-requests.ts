import { hislipStatusBits } from './codes.ts';
import type { HislipMessage } from './message.ts';

/**
 * A server's status byte. A service request is told of once; its bit stays set until the client asks
 * for the status byte. IVI-6.1, sections 6.13 and 6.14; IEEE 488.2, 11.2.
 */
export class HislipServiceRequests {
  #isRequested = false;

  /** Whether the client was told and has not asked yet. */
  get isRequested(): boolean {
    return this.#isRequested;
  }

  /** The instrument wants service: what to send, nothing while the last request is unanswered. */
  request(status: number): HislipMessage | undefined {
    if (this.#isRequested) return undefined;
    this.#isRequested = true;
    return { type: 'AsyncServiceRequest', status: status | hislipStatusBits.requestService };
  }

  /** The answer to a status query, from what the instrument says and what awaits delivery here. */
  answer(status: number, isMessageAvailable: boolean): HislipMessage {
    const { messageAvailable, requestService } = hislipStatusBits;
    const available = isMessageAvailable ? messageAvailable : 0;
    const requested = this.#isRequested ? requestService : 0;
    this.#isRequested = false;
    const others = status & ~messageAvailable;
    return { type: 'AsyncStatusResponse', status: others | available | requested };
  }

  /** A device clear: nothing of before is answered. */
  clear(): void {
    this.#isRequested = false;
  }
}
