/** How one call is made. */
export interface CallOptions {
  /** How long the answer may take, in ms, from the call on; more than 0. @default 5_000 */
  readonly timeoutMs?: number;
  /** Aborting it cancels the call, on the other side as well. */
  readonly signal?: AbortSignal;
  /** Told of each progress that the function reports, until the call has ended. */
  readonly onProgress?: (value: unknown) => void;
  /**
   * Whether the reply carries the id of its call. Where an older worker sends none, which then has to
   * answer in order, replies without an id go to such calls, the oldest first. @default true
   */
  readonly isReplyNumbered?: boolean;
  /** What a late reply to it is called in `onStray`. @default the name of the function */
  readonly label?: string;
}

/** A reply that goes to nobody. */
export interface StrayReply {
  readonly kind: 'late' | 'duplicate' | 'unknown';
  /** The call that it is late for, else its id. */
  readonly what: string;
}

/** How long an answer may take unless the call says otherwise. */
export const callTimeoutMsDefault = 5_000;

/** What became of calls and replies, in numbers, since the start. */
export interface CallStatistics {
  /** Calls that were made: those that were sent, and those taken back before. */
  readonly calls: number;
  /** Answered with a result. */
  readonly results: number;
  /** Answered with an error. */
  readonly failures: number;
  readonly timeouts: number;
  readonly cancelled: number;
  /** Refused, because as many were in flight as may be. */
  readonly refused: number;
  /** Ended because the other side did. */
  readonly lost: number;
  /** Replies to calls that were given up. */
  readonly late: number;
  /** Replies to calls that had been answered before. */
  readonly duplicate: number;
  /** Replies to calls that were never made. */
  readonly unknown: number;
}
