/** One revision, as the history tells of it. Plain data. */
export interface ConfigRevision {
  readonly revision: number;
  /** When it was on the disk, ms since 1970. */
  readonly at: number;
  /** Who changed it: as `by` of the transaction, `hand edit (ada)`, or `signalbox`. */
  readonly by: string;
  readonly why?: string | undefined;
  /** What changed: `ports.bus.baudRate`. */
  readonly keys: readonly string[];
}
