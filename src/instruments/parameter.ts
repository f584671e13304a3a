import type { SignalboxError } from '../kernel/index.ts';

/** A value as programs see it. */
export type Value = number | string | boolean | Uint8Array;

/** What may be done with a parameter. */
export type Access = 'read' | 'write' | 'read-write';

/** One readable or writable value of an instrument. */
export interface Parameter {
  /** Unique in its instrument; letters, digits, `-` and `_`: `fMeasure`, `setpoint`. */
  readonly name: string;
  /** What people call it: `Measured value (float)`. */
  readonly title: string;
  /** Its number in the maker's list, where there is one: the DDE number of ProPar. */
  readonly number?: number;
  readonly type: 'integer' | 'float' | 'string' | 'boolean' | 'binary';
  readonly access: Access;
  /** The unit, where it is always the same. */
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The value that stands for 100 %, where it is a share of the instrument's range. */
  readonly fullScale?: number;
  /** The longest string or binary, in bytes. */
  readonly longest?: number;
  /** Names of the values, where each has a meaning of its own. */
  readonly choices?: Readonly<Record<number, string>>;
  /** The only texts that it takes. */
  readonly texts?: readonly string[];
  /** Whether the instrument refuses to write it until it is unlocked. */
  readonly secured?: boolean;
}

/** A value that was read. */
export interface Reading {
  readonly value: Value;
  readonly unit?: string;
  /** When it arrived, ms since 1970. With `maxAgeMs` it may be older than the request. */
  readonly atMs: number;
}

/** What came of reading several parameters: each is in one of these, by its name. */
export interface ManyReadings {
  readonly readings: Readonly<Record<string, Reading>>;
  readonly failures: ReadonlyMap<string, SignalboxError>;
}
