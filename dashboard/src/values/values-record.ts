/** How far a value can be trusted. */
export type Quality = 'good' | 'stale' | 'bad';

/** The newest that is known of a parameter, as the gateway tells it. */
export interface LatestReport {
  /** The last one that was read; absent when none ever was, null for what is no number of JSON. */
  readonly value?: number | string | boolean | null;
  readonly unit?: string;
  /** When it was read, ms since 1970; 0 when none ever was. */
  readonly atMs: number;
  readonly quality: Quality;
  /** Why it is not good. */
  readonly why?: { readonly code: string; readonly message: string };
}

/** The newest values of one instrument. */
export interface ValuesRecord {
  readonly instrument: string;
  /** Ms since 1970. */
  readonly updatedMs: number;
  readonly revision: number;
  readonly values: Readonly<Record<string, LatestReport>>;
}
