import type { Value } from '../../instruments/index.ts';
import { frozenCopy } from './frozen-copy.ts';

/**
 * How far a value can be trusted: `good`, just read; `stale`, it was good, and should have been read
 * again since; `bad`, the last try to read it failed.
 */
export type Quality = 'good' | 'stale' | 'bad';

/** Why a value is not good. */
export interface QualityReason {
  /** A code of the error catalogue. */
  readonly code: string;
  readonly message: string;
}

/** The newest that is known of a parameter. Frozen: whoever has it cannot spoil it for others. */
export interface LatestValue {
  /** The last one that was read; absent when none ever was. Binary values are copies. */
  readonly value?: Value;
  readonly unit?: string;
  /** When `value` was read, ms since 1970; 0 when none ever was. */
  readonly atMs: number;
  readonly quality: Quality;
  /** Present unless `quality` is `good`. */
  readonly why?: QualityReason;
}

/** What is known of one instrument. */
export interface LatestRecord {
  readonly instrument: string;
  /** Of the last change of any value, ms since 1970. */
  readonly updatedMs: number;
  /** One more with each change of this instrument, from 1 on. */
  readonly revision: number;
  /** By name of the parameter. */
  readonly values: Readonly<Record<string, LatestValue>>;
}

/** Values that were read together: all of them become the latest, or none. */
export type NewValues = Readonly<
  Record<string, { readonly value: Value; readonly unit?: string | undefined }>
>;

/** A value that was just read. */
export function goodValue(value: Value, unit: string | undefined, atMs: number): LatestValue {
  const kept = frozenCopy(value);
  return Object.freeze(
    unit === undefined
      ? { value: kept, atMs, quality: 'good' as const }
      : { value: kept, unit, atMs, quality: 'good' as const },
  );
}

/** What is left of a value that is not good any more. */
export function doubtfulValue(
  before: LatestValue | undefined,
  quality: 'stale' | 'bad',
  why: QualityReason,
): LatestValue {
  return Object.freeze({ atMs: 0, ...before, quality, why: Object.freeze({ ...why }) });
}
