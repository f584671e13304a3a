import type { Reading } from '../../instruments/index.ts';
import { toJsonValue } from './json-value.ts';
import type { JsonValue } from './json-value.ts';

/** A value that was read, as clients see it. */
export interface ReadingReport {
  readonly instrument: string;
  readonly parameter: string;
  readonly value: JsonValue;
  readonly unit?: string;
  readonly atMs: number;
}

export function readingReport(
  instrument: string,
  parameter: string,
  { value, unit, atMs }: Reading,
): ReadingReport {
  const shown = { instrument, parameter, value: toJsonValue(value), atMs };
  return unit === undefined ? shown : { ...shown, unit };
}
