import { z } from 'zod';
import type { Value } from '../../instruments/index.ts';

/** The longest value in characters; more is BAD_ARGUMENT. */
export const valueLengthMost = 65_536;

/** A value as JSON carries it. */
export type JsonValue =
  | number
  | string
  | boolean
  | { readonly hex: string }
  | { readonly number: 'NaN' | 'Infinity' | '-Infinity' };

/** Numbers, strings and booleans as they are; bytes as hex; what JSON has no number for, by name. */
export const jsonValue: z.ZodType<JsonValue> = z
  .union([
    z.number(),
    z.string().max(valueLengthMost),
    z.boolean(),
    z.strictObject({
      hex: z
        .string()
        .max(valueLengthMost)
        .regex(/^([0-9a-fA-F]{2})*$/),
    }),
    z.strictObject({ number: z.enum(['NaN', 'Infinity', '-Infinity']) }),
  ])
  .describe('A number, string or boolean; bytes as {"hex": "0aff"}; {"number": "NaN"}');

export function toJsonValue(value: Value): JsonValue {
  if (value instanceof Uint8Array) return { hex: hexOf(value) };
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { number: String(value) as 'NaN' | 'Infinity' | '-Infinity' };
  }
  return value;
}

export function fromJsonValue(value: JsonValue): Value {
  if (typeof value !== 'object') return value;
  return 'hex' in value ? Uint8Array.from(Buffer.from(value.hex, 'hex')) : Number(value.number);
}

/** Bytes as hex digits. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Bytes as people read them: printable ASCII as it is, everything else as a dot. */
export function printableOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  ).join('');
}
