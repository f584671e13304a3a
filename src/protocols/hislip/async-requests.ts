import { SignalboxError } from '../../kernel/index.ts';
import type { HislipMessage } from './message.ts';

/** How many requests may wait for their answers, also those that were given up. */
export const hislipRequestsMost = 32;

/** What a client asks on the asynchronous channel. */
export type HislipRequestType =
  | 'AsyncLock'
  | 'AsyncLockInfo'
  | 'AsyncRemoteLocalControl'
  | 'AsyncMaximumMessageSize'
  | 'AsyncStatusQuery'
  | 'AsyncDeviceClear';

/** What it is answered by. IVI-6.1, table 3. */
const answers: Readonly<Record<HislipRequestType, HislipMessage['type']>> = {
  AsyncLock: 'AsyncLockResponse',
  AsyncLockInfo: 'AsyncLockInfoResponse',
  AsyncRemoteLocalControl: 'AsyncRemoteLocalResponse',
  AsyncMaximumMessageSize: 'AsyncMaximumMessageSizeResponse',
  AsyncStatusQuery: 'AsyncStatusResponse',
  AsyncDeviceClear: 'AsyncDeviceClearAcknowledge',
};

/** Whose answer a message of the server is. */
export type HislipRequestArrival =
  /** An Error is one too. */
  | { readonly kind: 'answer'; readonly ticket: number; readonly message: HislipMessage }
  /** Of a request that was given up: it answers nobody; a lock that it grants is to be released. */
  | { readonly kind: 'late'; readonly message: HislipMessage }
  /** AsyncServiceRequest or AsyncInterrupted: nobody asked. */
  | { readonly kind: 'event'; readonly message: HislipMessage }
  /** Nobody waits for such a message. */
  | { readonly kind: 'unasked' }
  /** FatalError: the session is over, and every request with it. */
  | { readonly kind: 'fatal'; readonly message: HislipMessage };

interface Waiting {
  readonly ticket: number;
  readonly type: HislipRequestType;
  isAbandoned: boolean;
}

/**
 * A client's requests on the asynchronous channel and which answer belongs to which. Answers of a kind
 * come in the order of their requests; of different kinds in any, as a lock may be waited for.
 */
export class HislipRequests {
  readonly #waiting: Waiting[] = [];
  #lastTicket = 0;

  /** How many answers are still to come. */
  get size(): number {
    return this.#waiting.length;
  }

  /**
   * A request goes out. @returns what {@link take} names it by
   * @throws QUEUE_FULL when {@link hislipRequestsMost} wait
   */
  add(type: HislipRequestType): number {
    if (this.#waiting.length >= hislipRequestsMost) {
      throw new SignalboxError(
        'QUEUE_FULL',
        `${hislipRequestsMost} requests wait for the HiSLIP server's answers`,
        { details: { maximum: hislipRequestsMost } },
      );
    }
    this.#lastTicket += 1;
    this.#waiting.push({ ticket: this.#lastTicket, type, isAbandoned: false });
    return this.#lastTicket;
  }

  /** Nobody waits for this answer any more. It still comes, and is told from the next by its turn. */
  abandon(ticket: number): void {
    const waiting = this.#waiting.find((each) => each.ticket === ticket);
    if (waiting !== undefined) waiting.isAbandoned = true;
  }

  /** A message of the server has come. */
  take(message: HislipMessage): HislipRequestArrival {
    const { type } = message;
    if (type === 'AsyncServiceRequest' || type === 'AsyncInterrupted') {
      return { kind: 'event', message };
    }
    if (type === 'FatalError') return { kind: 'fatal', message };
    // An Error does not say what it answers: a server answers in turn, but for a lock.
    const at =
      type === 'Error'
        ? this.#oldest()
        : this.#waiting.findIndex((each) => answers[each.type] === type);
    const [waiting] = at === -1 ? [] : this.#waiting.splice(at, 1);
    if (waiting === undefined) return { kind: 'unasked' };
    if (waiting.isAbandoned) return { kind: 'late', message };
    return { kind: 'answer', ticket: waiting.ticket, message };
  }

  #oldest(): number {
    const at = this.#waiting.findIndex(({ type }) => type !== 'AsyncLock');
    return at === -1 && this.#waiting.length > 0 ? 0 : at;
  }
}
