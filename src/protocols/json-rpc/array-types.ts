import { SignalboxError } from '../../kernel/index.ts';

/** Any typed array that a message can carry. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Type strings of NumPy's array interface (`typestr`, version 3), little-endian. */
export type ArrayType =
  | '<f4'
  | '<f8'
  | '|i1'
  | '|u1'
  | '<i2'
  | '<u2'
  | '<i4'
  | '<u4'
  | '<i8'
  | '<u8'
  | '|b1';

/** What makes an array of a type in memory that is there already. */
interface ArrayClass {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): NumericArray;
}

/** The class that holds the numbers of each type. */
export const arrayClasses: Readonly<Record<ArrayType, ArrayClass>> = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '|i1': Int8Array,
  '|u1': Uint8Array,
  '<i2': Int16Array,
  '<u2': Uint16Array,
  '<i4': Int32Array,
  '<u4': Uint32Array,
  '<i8': BigInt64Array,
  '<u8': BigUint64Array,
  '|b1': Uint8Array,
};

/** The types by the name of the class that holds them here; bytes are the type of any clamped ones. */
const typeOfClass: Readonly<Record<string, ArrayType>> = {
  Float32Array: '<f4',
  Float64Array: '<f8',
  Int8Array: '|i1',
  Uint8Array: '|u1',
  Uint8ClampedArray: '|u1',
  Int16Array: '<i2',
  Uint16Array: '<u2',
  Int32Array: '<i4',
  Uint32Array: '<u4',
  BigInt64Array: '<i8',
  BigUint64Array: '<u8',
};

/**
 * The type of numbers of an array.
 * @throws VALUE_INVALID for a view that no type is known for, such as a DataView
 */
export function arrayTypeOf(view: ArrayBufferView): ArrayType {
  const name = (view as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? '';
  const type = typeOfClass[name];
  if (type !== undefined) return type;
  throw new SignalboxError('VALUE_INVALID', `a ${name} cannot travel in a message`, {
    nextStep: `Send one of ${Object.keys(typeOfClass).join(', ')}.`,
  });
}

/** The type of that name, or undefined. Some write `<i1` for what has no order of bytes. */
export function arrayTypeNamed(name: unknown): ArrayType | undefined {
  if (typeof name !== 'string') return undefined;
  if (name === '<i1' || name === '<u1' || name === '<b1') return `|${name.slice(1)}` as ArrayType;
  return Object.hasOwn(arrayClasses, name) ? (name as ArrayType) : undefined;
}

/** An array of several dimensions, or of booleans (one byte each, 0 or 1); the last index runs fastest. */
export class ShapedArray {
  readonly type: ArrayType;
  readonly shape: readonly number[];
  readonly values: NumericArray;

  /** @throws VALUE_INVALID when the shape has not as many elements as there are values */
  constructor(
    values: NumericArray,
    shape: readonly number[],
    type: ArrayType = arrayTypeOf(values),
  ) {
    if (elementsOf(shape) !== values.length) {
      const text = `the shape [${shape.join(', ')}] does not hold ${values.length} values`;
      throw new SignalboxError('VALUE_INVALID', text);
    }
    this.values = values;
    this.shape = shape;
    this.type = type;
  }
}

/** How many elements a shape has; NaN for what is no shape. */
export function elementsOf(shape: unknown): number {
  if (!Array.isArray(shape)) return Number.NaN;
  return shape.reduce<number>(
    (product, length: unknown) =>
      Number.isSafeInteger(length) && (length as number) >= 0
        ? product * (length as number)
        : Number.NaN,
    1,
  );
}
