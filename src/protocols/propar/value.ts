import { SignalboxError } from '../../kernel/index.ts';

/** How a value is packed. `bsint16`: a percentage of which values above 41942 are negative. */
export type ProparType =
  | 'uint8'
  | 'uint16'
  | 'int16'
  | 'bsint16'
  | 'uint32'
  | 'float32'
  | 'string'
  | 'binary';

/** The four types that the wire knows: bits 6 and 5 of the parameter byte. */
export type WireType = 0x00 | 0x20 | 0x40 | 0x60;

/** A value of a parameter. */
export type ProparValue = number | string | Uint8Array;

/** Strings have at most so many bytes: a message has 255, of which its head takes some. */
export const stringBytesMost = 247;

interface NumberType {
  readonly wire: WireType;
  readonly bytes: 1 | 2 | 4;
  readonly minimum: number;
  readonly maximum: number;
}

const float32Most = 3.4028234663852886e38;
/** Raw values of a `bsint16` above this one are negative. Manual 9.17.027, measure. */
const bsint16Most = 41_942;

const numberTypes: Readonly<Partial<Record<ProparType, NumberType>>> = {
  uint8: { wire: 0x00, bytes: 1, minimum: 0, maximum: 255 },
  uint16: { wire: 0x20, bytes: 2, minimum: 0, maximum: 65_535 },
  int16: { wire: 0x20, bytes: 2, minimum: -32_767, maximum: 32_767 },
  bsint16: { wire: 0x20, bytes: 2, minimum: bsint16Most - 65_535, maximum: bsint16Most },
  uint32: { wire: 0x40, bytes: 4, minimum: 0, maximum: 4_294_967_295 },
  float32: { wire: 0x40, bytes: 4, minimum: -float32Most, maximum: float32Most },
};

/** The type bits of the parameter byte. */
export function wireTypeOf(type: ProparType): WireType {
  return numberTypes[type]?.wire ?? 0x60;
}

/** How many bytes a value of a wire type has; undefined for strings, whose length travels along. */
export function wireBytesOf(type: WireType): 1 | 2 | 4 | undefined {
  return type === 0x00 ? 1 : type === 0x20 ? 2 : type === 0x40 ? 4 : undefined;
}

/**
 * Packs a value. Numbers are sent most significant byte first; a string without its length.
 * @throws VALUE_INVALID for the wrong type, NaN, infinity, a fraction that no integer holds, and text
 *   that is none; VALUE_OUT_OF_RANGE for what the type cannot hold
 */
export function encodeValue(type: ProparType, value: ProparValue): Uint8Array {
  const numberType = numberTypes[type];
  if (numberType === undefined) return encodeText(type, value);
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType(type, value);
  if (type !== 'float32' && !Number.isInteger(value)) throw wrongType(type, value);
  const { minimum, maximum, bytes } = numberType;
  if (value < minimum || value > maximum) {
    throw new SignalboxError(
      'VALUE_OUT_OF_RANGE',
      `${value} does not fit into ${type}, which holds ${minimum} to ${maximum}`,
      { details: { type, value, minimum, maximum } },
    );
  }
  // Smaller than the smallest that the type holds: it would be sent as 0, which nobody asked for.
  if (type === 'float32' && value !== 0 && Math.fround(value) === 0) {
    throw new SignalboxError('VALUE_OUT_OF_RANGE', `${value} is too small for ${type}`, {
      details: { type, value },
    });
  }
  const packed = new Uint8Array(bytes);
  const view = new DataView(packed.buffer);
  if (type === 'float32') view.setFloat32(0, value);
  else if (bytes === 1) view.setUint8(0, value);
  else if (bytes === 2) view.setUint16(0, value < 0 ? value + 65_536 : value);
  else view.setUint32(0, value);
  return packed;
}

/**
 * Unpacks a value that has the bytes of its type.
 * @throws REPLY_MALFORMED when it has not
 */
export function decodeValue(type: ProparType, bytes: Uint8Array): ProparValue {
  const numberType = numberTypes[type];
  if (numberType === undefined)
    return type === 'binary' ? new Uint8Array(bytes) : decodeText(bytes);
  if (bytes.length !== numberType.bytes) {
    throw new SignalboxError(
      'REPLY_MALFORMED',
      `${type} has ${numberType.bytes} bytes, not ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case 'uint8':
      return view.getUint8(0);
    case 'uint16':
      return view.getUint16(0);
    case 'int16':
      return view.getInt16(0);
    case 'bsint16': {
      const raw = view.getUint16(0);
      return raw > bsint16Most ? raw - 65_536 : raw;
    }
    case 'uint32':
      return view.getUint32(0);
    default:
      return view.getFloat32(0);
  }
}

function encodeText(type: ProparType, value: ProparValue): Uint8Array {
  const bytes =
    typeof value === 'string' && type === 'string'
      ? new TextEncoder().encode(value)
      : value instanceof Uint8Array && type === 'binary'
        ? value
        : undefined;
  // Half a surrogate pair is no character: it would be sent as another one.
  if (bytes === undefined || (typeof value === 'string' && !value.isWellFormed())) {
    throw wrongType(type, value);
  }
  if (type === 'string' && bytes.includes(0)) {
    throw new SignalboxError('VALUE_INVALID', 'a string must not hold the zero that ends it');
  }
  if (bytes.length > stringBytesMost) {
    throw new SignalboxError(
      'VALUE_OUT_OF_RANGE',
      `a ${type} of ${bytes.length} bytes is longer than ${stringBytesMost}`,
      { details: { type, bytes: bytes.length, maximum: stringBytesMost } },
    );
  }
  return bytes;
}

/** UTF-8 where it is that, else one character a byte, as older instruments send ISO 8859-1. */
function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCodePoint(byte)).join('');
  }
}

function wrongType(type: ProparType, value: ProparValue): SignalboxError {
  const shown = typeof value === 'string' ? `'${value.slice(0, 40)}'` : String(value);
  return new SignalboxError('VALUE_INVALID', `${shown} cannot be packed into ${type}`, {
    details: { type },
  });
}
