/** One revision, as the history tells of it. Plain data. */
export interface ConfigRevision {
  readonly revision: number;
  /** When it was made, ms since 1970. */
  readonly at: number;
  /** Who changed it: as `by` of the transaction, `hand edit (ada)`, or `signalbox`. */
  readonly by: string;
  readonly why?: string | undefined;
  /** What changed: `ports.bus.baudRate`. */
  readonly keys: readonly string[];
  /** Comments that went with what was taken away, by this change or those written together with it. */
  readonly removedComments?: readonly string[] | undefined;
  /** Whether its whole content is kept, so that it can be compared and rolled back to. */
  readonly isKept: boolean;
}
