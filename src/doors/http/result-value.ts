import { SignalboxError } from '../../kernel/index.ts';
import { ShapedArray } from '../../protocols/index.ts';

/** A result may hold so many values; more goes over no HTTP. */
export const resultValuesMost = 1_048_576;
/** So deep may a result be nested. */
const nestingMost = 64;

/**
 * The result of a function as JSON carries it: arrays as lists of numbers, those of several dimensions
 * as lists of lists, booleans of an array as such. NaN and infinities in them become null, whole
 * numbers beyond 2^53 lose digits.
 * @throws VALUE_OUT_OF_RANGE for more than {@link resultValuesMost} values, or deeper than 64
 */
export function resultValue(result: unknown): unknown {
  const count = { values: 0 };
  return converted(result, count, 0);
}

function converted(value: unknown, count: { values: number }, depth: number): unknown {
  if (depth > nestingMost) throw tooMuch(`it is nested deeper than ${nestingMost}`);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) {
    add(count, 1);
    return value;
  }
  if (value instanceof ShapedArray) {
    add(count, value.values.length);
    const flat = numbersOf(value.values);
    return nested(value.type === '|b1' ? flat.map(Boolean) : flat, value.shape);
  }
  if (ArrayBuffer.isView(value)) {
    add(count, (value as Uint8Array).length);
    return numbersOf(value as Uint8Array);
  }
  if (Array.isArray(value)) {
    add(count, 1);
    return value.map((each) => converted(each, count, depth + 1));
  }
  const entries = Object.entries(value);
  add(count, 1);
  return Object.fromEntries(entries.map(([key, each]) => [key, converted(each, count, depth + 1)]));
}

function numbersOf(values: ArrayLike<number | bigint>): number[] {
  return Array.from(values, Number);
}

function nested(flat: readonly unknown[], shape: readonly number[]): unknown {
  if (shape.length === 0) return flat[0];
  if (shape.length === 1) return flat;
  const [rows = 0, ...inner] = shape;
  const size = inner.reduce((product, length) => product * length, 1);
  return Array.from({ length: rows }, (_, row) =>
    nested(flat.slice(row * size, (row + 1) * size), inner),
  );
}

function add(count: { values: number }, more: number): void {
  count.values += more;
  if (count.values <= resultValuesMost) return;
  throw tooMuch(`it holds more than ${resultValuesMost} values`);
}

function tooMuch(why: string): SignalboxError {
  return new SignalboxError('VALUE_OUT_OF_RANGE', `the result does not go over HTTP: ${why}`, {
    nextStep: 'The function was called. Let it give less: a part, an average, every tenth value.',
  });
}
