/** The newest that is known of a parameter. */
export interface LatestValueReport {
  /** The last one that was read; absent when none ever was, null for what is no number of JSON. */
  readonly value?: number | string | boolean | null;
  readonly unit?: string;
  /** When `value` was read, ms since 1970; 0 when none ever was. */
  readonly atMs: number;
  /** `stale` when it should have been read again since, `bad` when the last try failed. */
  readonly quality: 'good' | 'stale' | 'bad';
  /** Why it is not good. */
  readonly why?: { readonly code: string; readonly message: string };
}

/** The newest values of an instrument that is polled. */
export interface LatestRecordReport {
  readonly instrument: string;
  /** Of the last change of any value, ms since 1970. */
  readonly updatedMs: number;
  /** One more with each change. */
  readonly revision: number;
  readonly values: Readonly<Record<string, LatestValueReport>>;
}

/** How an instrument is polled, and what that costs. */
export interface PollReport {
  readonly instrument: string;
  readonly port: string;
  readonly parameters: readonly string[];
  readonly everyMs: number;
  /** Longer than `everyMs` while nothing can be read. */
  readonly nowEveryMs: number;
  readonly polls: number;
  readonly missed: number;
  readonly failed: number;
  /** What one takes. */
  readonly meanMs: number;
  /** The part of the time that it is under way. */
  readonly share: number;
  readonly reason?: { readonly code: string; readonly message: string };
}
