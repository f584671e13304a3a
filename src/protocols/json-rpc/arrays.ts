import { SignalboxError } from '../../kernel/index.ts';
import {
  arrayClasses,
  arrayTypeNamed,
  arrayTypeOf,
  elementsOf,
  ShapedArray,
} from './array-types.ts';
import type { ArrayType, NumericArray } from './array-types.ts';

/** Values that are nested deeper carry no arrays: they are refused. */
export const arrayNestingMost = 64;

/** The bytes that stand in for an array in JSON. */
interface Place {
  readonly $array: number;
  readonly dtype: ArrayType;
  readonly shape: readonly number[];
}

/**
 * The value with a place for each array, whose bytes are added to `arrays`: views, not copies. A
 * value without arrays is given as it is.
 *
 * @throws VALUE_INVALID for arrays that cannot travel, or lie too deep
 */
export function takeOutArrays(value: unknown, arrays: Uint8Array[]): unknown {
  return hasArrays(value, 0) ? replaced(value, arrays) : value;
}

function hasArrays(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isArray(value)) return true;
  // What is too deep for arrays, or goes round in a circle, is left to who writes the JSON.
  if (depth >= arrayNestingMost) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (hasArrays(item, depth + 1)) return true;
    return false;
  }
  for (const name in value) {
    if (hasArrays((value as Record<string, unknown>)[name], depth + 1)) return true;
  }
  return false;
}

function isArray(value: object): value is ArrayBufferView | ArrayBuffer | ShapedArray {
  return ArrayBuffer.isView(value) || value instanceof ShapedArray || value instanceof ArrayBuffer;
}

function replaced(value: unknown, arrays: Uint8Array[], depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return placeOf(value, arrays);
  if (depth >= arrayNestingMost) {
    const text = `a message with arrays is nested deeper than ${arrayNestingMost}`;
    throw new SignalboxError('VALUE_INVALID', text);
  }
  if (Array.isArray(value)) return value.map((item) => replaced(item, arrays, depth + 1));
  if ('toJSON' in value) return value;
  if (Object.hasOwn(value, '$array')) {
    throw new SignalboxError('VALUE_INVALID', 'a message with arrays has a member named $array', {
      nextStep: 'Name it otherwise: it stands for the bytes of an array there.',
    });
  }
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    setOwn(copy, name, replaced(item, arrays, depth + 1));
  }
  return copy;
}

function placeOf(value: ArrayBufferView | ArrayBuffer | ShapedArray, arrays: Uint8Array[]): Place {
  if (value instanceof ArrayBuffer) return placeOf(new Uint8Array(value), arrays);
  const view = value instanceof ShapedArray ? value.values : value;
  const dtype = value instanceof ShapedArray ? value.type : arrayTypeOf(view);
  const shape = value instanceof ShapedArray ? value.shape : [(view as NumericArray).length];
  arrays.push(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return { $array: arrays.length - 1, dtype, shape };
}

/**
 * Puts arrays into the places that stand for them, changing `value`. Arrays of one dimension become
 * typed arrays, others and booleans {@link ShapedArray}s.
 *
 * @returns undefined when a place does not fit the bytes that came, or lies too deep
 */
export function putInArrays(
  value: unknown,
  arrays: readonly Uint8Array[],
): { readonly value: unknown } | undefined {
  try {
    return { value: filled(value, arrays, 0) };
  } catch (error) {
    if (error === misfit) return undefined;
    throw error;
  }
}

const misfit = new SignalboxError('LINK_PROTOCOL', 'an array does not fit its place');

function filled(value: unknown, arrays: readonly Uint8Array[], depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > arrayNestingMost) throw misfit;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) value[index] = filled(item, arrays, depth + 1);
    return value;
  }
  if (Object.hasOwn(value, '$array')) return arrayAt(value, arrays);
  for (const [name, item] of Object.entries(value)) {
    if (typeof item === 'object') setOwn(value, name, filled(item, arrays, depth + 1));
  }
  return value;
}

function arrayAt(place: Partial<Place>, arrays: readonly Uint8Array[]): NumericArray | ShapedArray {
  const bytes = arrays[place.$array ?? -1];
  const type = arrayTypeNamed(place.dtype);
  if (bytes === undefined || type === undefined) throw misfit;
  const TypedArray = arrayClasses[type];
  const length = elementsOf(place.shape);
  if (length * TypedArray.BYTES_PER_ELEMENT !== bytes.byteLength) throw misfit;
  const values = new TypedArray(bytes.buffer as ArrayBuffer, bytes.byteOffset, length);
  const shape = place.shape ?? [];
  return shape.length === 1 && type !== '|b1' ? values : new ShapedArray(values, shape, type);
}

/** As an assignment, but `__proto__` is a name like any other. */
function setOwn(target: object, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return;
  }
  (target as Record<string, unknown>)[name] = value;
}
