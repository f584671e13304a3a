import { hislipMessageIds, nextMessageId } from './message-ids.ts';
import type { HislipMark } from './server-exchange.ts';

/** What becomes of a Data or DataEnd of the server. */
export type HislipArrivalVerdict =
  | 'take'
  /** It answers nothing that is waited for: it is dropped, with what came of its response before. */
  | 'drop';

/**
 * The client's account of one synchronous channel, from initialization or a device clear to the next
 * device clear, which begins a new one.
 */
export interface HislipClientExchange {
  readonly isOverlap: boolean;
  /** The id of the last Data, DataEnd or Trigger; releases of locks and remote/local name it. */
  readonly lastSent: number;
  /** Whether anything may be sent now. Wait with a bound: a server may forget what it owes. */
  readonly canSend: boolean;
  /**
   * What the next Data, DataEnd or Trigger says. What is there of responses and was not delivered yet
   * is to be dropped in synchronized mode: IVI-6.1, 3.1.2, rule 3.
   */
  next(): HislipMark;
  /** A Data or DataEnd of the server begins. */
  arriving(messageId: number): HislipArrivalVerdict;
  /** A Data or DataEnd went to the application whole. */
  delivered(messageId: number, isEnd: boolean): void;
  /** What a status query says. */
  statusQuery(): HislipMark;
  /**
   * One of the two messages of an interruption came.
   * @returns whether what is there of responses is to be dropped
   */
  interrupted(): boolean;
  asyncInterrupted(): boolean;
}

/** The ids of a client's own messages. IVI-6.1, 3.1.2 and 3.2.2. */
export class ClientMessageIds {
  #next = hislipMessageIds.first;
  #last = hislipMessageIds.none;

  get last(): number {
    return this.#last;
  }

  take(): number {
    this.#last = this.#next;
    this.#next = nextMessageId(this.#next);
    return this.#last;
  }
}
