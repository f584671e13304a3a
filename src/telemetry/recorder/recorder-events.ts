import type { SignalboxError } from '../../kernel/index.ts';

/** What people should hear of a recorder. */
export interface RecorderEvents {
  /** Nothing can be written now; it is tried again until it can. */
  stopped: { readonly error: SignalboxError };
  /** It can again. */
  resumed: {
    /** How long it could not, in ms. */
    readonly afterMs: number;
    /** So many samples were lost meanwhile. */
    readonly dropped: number;
  };
  /** Samples were lost, since it was told last: there was no room for them, or they could not be written. */
  dropped: { readonly count: number; readonly why: string };
  /** What is older than it is to be kept could not be removed; it is tried again. */
  retentionFailed: { readonly error: SignalboxError };
}

export interface RecorderStatus {
  /** `stopped` while nothing can be written. */
  readonly state: 'idle' | 'recording' | 'stopped' | 'closed';
  /** Why nothing can be written. */
  readonly error?: SignalboxError;
  /** Series that were met since it began. */
  readonly series: number;
  /** Samples that wait to be written. */
  readonly waiting: number;
  /** Samples since it began: written for good. */
  readonly stored: number;
  /** There was one of the same parameter and ms already. */
  readonly duplicates: number;
  /** Lost: there was no room, or they could not be written. */
  readonly dropped: number;
  /** Older than what is kept at full resolution. */
  readonly tooLate: number;
  /** Not recorded for what they are: no number, or too long a text. */
  readonly unusable: number;
  /** Written at once, so often. */
  readonly batches: number;
  /** When something was written last, ms since 1970. */
  readonly storedMs?: number;
}
