import { SignalboxError } from '../../kernel/index.ts';
import { describeHislipType } from './message-types.ts';

/** Every message begins with so many bytes. IVI-6.1, section 2.4. */
export const hislipHeaderBytes = 16;

/** What every message begins with: the two letters HS. */
const prologue = [0x48, 0x53] as const;
const wordSize = 2 ** 32;

/** The head of a message. IVI-6.1, section 2.4; big-endian on the wire. */
export interface HislipHeader {
  /** 0 to 255: {@link hislipTypes} */
  readonly type: number;
  /** 0 to 255; its meaning depends on the type. */
  readonly controlCode: number;
  /** 0 to 2^32 - 1; its meaning depends on the type. */
  readonly parameter: number;
  /** How many bytes follow. */
  readonly payloadBytes: number;
}

/**
 * The 16 bytes of a header.
 * @throws VALUE_INVALID when a field does not fit
 */
export function encodeHislipHeader(header: HislipHeader): Uint8Array {
  const { type, controlCode, parameter, payloadBytes } = header;
  const fits =
    isWithin(type, 0xff) &&
    isWithin(controlCode, 0xff) &&
    isWithin(parameter, wordSize - 1) &&
    isWithin(payloadBytes, Number.MAX_SAFE_INTEGER);
  if (!fits) {
    throw new SignalboxError(
      'VALUE_INVALID',
      `${describeHislipType(type)} with control code ${controlCode}, parameter ${parameter} and ${payloadBytes} bytes fits into no HiSLIP header`,
    );
  }
  // Byte by byte: a view would have memory of its own for each header, and there are many.
  const bytes = new Uint8Array(hislipHeaderBytes);
  bytes[0] = prologue[0];
  bytes[1] = prologue[1];
  bytes[2] = type;
  bytes[3] = controlCode;
  writeWord(bytes, 4, parameter);
  writeWord(bytes, 8, Math.floor(payloadBytes / wordSize));
  writeWord(bytes, 12, payloadBytes % wordSize);
  return bytes;
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function readWord(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16);
  return (high | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}

function isWithin(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= most;
}

/** Whether bytes can be the beginning of a header. */
export function mayBeginHeader(bytes: Uint8Array): boolean {
  return prologue.every((letter, at) => at >= bytes.length || bytes[at] === letter);
}

/**
 * A header from its 16 bytes; nothing when they do not begin with HS. Lengths above
 * `Number.MAX_SAFE_INTEGER` come as a number above it, and are not exact.
 */
export function decodeHislipHeader(bytes: Uint8Array): HislipHeader | undefined {
  if (bytes.length < hislipHeaderBytes || !mayBeginHeader(bytes)) return undefined;
  return {
    type: bytes[2] ?? 0,
    controlCode: bytes[3] ?? 0,
    parameter: readWord(bytes, 4),
    payloadBytes: readWord(bytes, 8) * wordSize + readWord(bytes, 12),
  };
}

/** Puts a whole number of up to `Number.MAX_SAFE_INTEGER` as 64 bits. */
export function writeUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / wordSize));
  view.setUint32(at + 4, value % wordSize);
}

/** The number of 64 bits; above `Number.MAX_SAFE_INTEGER` not exact. */
export function readUint64(view: DataView, at: number): number {
  return view.getUint32(at) * wordSize + view.getUint32(at + 4);
}
