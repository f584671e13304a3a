import type { ClientReading } from '../client/index.ts';
import { printable } from './printable.ts';
import { printedValue } from './value.ts';

/** `nitrogen fMeasure: 249.8 mln/min` */
export function printedReading({ instrument, parameter, value, unit = '' }: ClientReading): string {
  return printable(`${instrument} ${parameter}: ${printedValue(value)} ${unit}`.trimEnd());
}

/** The same as a plain object; bytes as hexadecimal. */
export function readingForPrograms(reading: ClientReading): object {
  const { instrument, parameter, value, unit, atMs } = reading;
  const plain = typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return {
    instrument,
    parameter,
    value: plain instanceof Uint8Array ? printedValue(plain) : plain,
    ...(unit === undefined || unit === '' ? {} : { unit }),
    atMs,
  };
}
