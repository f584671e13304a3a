import type { Transaction } from '../ports/index.ts';

/** Does one transaction on the port of the session, in the session's turn. */
export type Transact = <Reply>(transaction: Transaction<Reply>) => Promise<Reply>;

/** One request that a client's bytes came to. */
export interface ClientRequest {
  /** For logs and traces: what the client asked. */
  readonly label: string;
  /** How much memory it holds while it waits. */
  readonly bytes: number;
  /**
   * What the client knows the answer by. When it sends another request with the same key though the
   * answer to this one is long due, it has given this one up and would take its answer for that of
   * the new one: this one is taken back. Absent: requests are answered however late.
   */
  readonly answerKey?: string;
  /**
   * Does what was asked and gives the bytes to answer with, in the client's own form; undefined when
   * nothing is answered.
   * @throws what `transact` throws; the client then hears nothing, as of an instrument that does not
   *   answer
   */
  perform(transact: Transact): Promise<Uint8Array | undefined>;
}

/** The bytes of one client, cut into requests. */
export interface ClientConversation {
  /** Takes the next bytes; gives the requests that are complete now. Never throws. */
  push(data: Uint8Array): ClientRequest[];
  /**
   * When set, unfinished bytes are complete after a silence of so many ms, and `silence()` gives
   * what they come to.
   */
  readonly silenceMs?: number;
  silence?(): ClientRequest[];
}

/** How unmodified programs speak with the instruments of one port: their bytes become transactions. */
export interface ClientProtocol {
  /** `propar`, `lines`, `gap`. */
  readonly name: string;
  /** How many requests of one client may be under way at once; answers keep their order. */
  readonly inFlightMost: number;
  /**
   * How long a request may be in line at the port. Its client has long given it up by then: what is
   * done later would be done for nobody.
   */
  readonly waitMs: number;
  converse(): ClientConversation;
}
