import type { ParameterReport } from '../../../../src/client/index.ts';

/** What was typed, as a value, or why it is none. */
export type CheckedInput =
  | { readonly value: number | string | boolean | Uint8Array; readonly problem?: undefined }
  | { readonly problem: string };

const hexPattern = /^(?:[\da-f]{2})*$/i;
/** Decimal and with a power of ten, and whole numbers in hex: as people type them. */
const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const hexNumberPattern = /^0x[\da-f]{1,13}$/i;

/**
 * Whether what was typed can be written to a parameter, by what the gateway says of it: the same that
 * the gateway would refuse, told before anything is sent.
 */
export function checkInput(parameter: ParameterReport, typed: string): CheckedInput {
  switch (parameter.type) {
    case 'integer':
    case 'float':
      return checkNumber(parameter, typed);
    case 'boolean':
      if (typed === 'true') return { value: true };
      return typed === 'false' ? { value: false } : { problem: 'Choose on or off.' };
    case 'string':
      return checkText(parameter, typed);
    case 'binary':
      return checkBytes(parameter, typed);
  }
}

/** The limits in words: `0 to 32 000 mln/min`; undefined where there are none. */
export function limitsText({
  minimum,
  maximum,
  unit = '',
  longest,
}: ParameterReport): string | undefined {
  const of = unit === '' ? '' : ` ${unit}`;
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}${of}`;
  if (minimum !== undefined) return `at least ${minimum}${of}`;
  if (maximum !== undefined) return `at most ${maximum}${of}`;
  return longest === undefined ? undefined : `at most ${longest} bytes`;
}

function checkNumber(parameter: ParameterReport, typed: string): CheckedInput {
  const { type, minimum = -Infinity, maximum = Infinity, unit = '' } = parameter;
  const text = typed.trim().replace('−', '-');
  if (text === '') return { problem: 'Type a number.' };
  // A comma may mean thousands or a decimal: nothing that is guessed goes to an instrument.
  if (text.includes(','))
    return { problem: 'Use a point for decimals, and nothing for thousands.' };
  if (!numberPattern.test(text) && !hexNumberPattern.test(text)) {
    return { problem: `‘${text.slice(0, 20)}’ is no number.` };
  }
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: 'That is more than any instrument takes.' };
  if (type === 'integer' && !Number.isSafeInteger(value)) {
    return { problem: 'It takes a whole number.' };
  }
  const of = unit === '' ? '' : ` ${unit}`;
  if (value < minimum) return { problem: `It takes at least ${minimum}${of}.` };
  if (value > maximum) return { problem: `It takes at most ${maximum}${of}.` };
  return { value };
}

function checkText({ longest = Infinity }: ParameterReport, typed: string): CheckedInput {
  const { length } = new TextEncoder().encode(typed);
  if (length > longest) {
    return { problem: `It takes at most ${longest} bytes, and this is ${length}.` };
  }
  return { value: typed };
}

function checkBytes({ longest = Infinity }: ParameterReport, typed: string): CheckedInput {
  const hex = typed.replaceAll(/\s/g, '');
  if (!hexPattern.test(hex)) return { problem: 'Type bytes as pairs of hex digits: 0a ff.' };
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (bytes.length > longest) {
    return { problem: `It takes at most ${longest} bytes, and this is ${bytes.length}.` };
  }
  return { value: bytes };
}

/** A value as it would be typed. */
export function typedOf(value: number | string | boolean | Uint8Array | null | undefined): string {
  if (value === undefined || value === null) return '';
  if (!(value instanceof Uint8Array)) return String(value);
  return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
