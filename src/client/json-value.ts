import type { ClientValue } from './client-options.ts';
import type { ClientReading } from './reports.ts';

/** A value as JSON carries it: bytes as hex, numbers that JSON does not have by name. */
export type JsonValue =
  | number
  | string
  | boolean
  | { readonly hex: string }
  | { readonly number: string };

export function toJsonValue(value: ClientValue): JsonValue {
  if (value instanceof Uint8Array) {
    return { hex: Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('') };
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
  return value;
}

export function fromJsonValue(value: JsonValue): ClientValue {
  if (typeof value !== 'object') return value;
  if ('number' in value) return Number(value.number);
  const pairs = value.hex.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

/** A reading as the gateway sends it. */
export type JsonReading = Omit<ClientReading, 'value'> & { readonly value: JsonValue };

export function readingOf({
  instrument,
  parameter,
  value,
  unit,
  atMs,
}: JsonReading): ClientReading {
  const reading = { instrument, parameter, value: fromJsonValue(value), atMs };
  return unit === undefined ? reading : { ...reading, unit };
}
