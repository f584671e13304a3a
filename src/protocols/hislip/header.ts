import { SignalboxError } from '../../kernel/index.ts';
import { describeHislipType } from './message-types.ts';

/** Every message begins with so many bytes. IVI-6.1, section 2.4. */
export const hislipHeaderBytes = 16;

/** What every message begins with: the two letters HS. */
const prologue: readonly number[] = [0x48, 0x53];
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
  const bytes = new Uint8Array(hislipHeaderBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(prologue);
  view.setUint8(2, type);
  view.setUint8(3, controlCode);
  view.setUint32(4, parameter);
  writeUint64(view, 8, payloadBytes);
  return bytes;
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, hislipHeaderBytes);
  return {
    type: view.getUint8(2),
    controlCode: view.getUint8(3),
    parameter: view.getUint32(4),
    payloadBytes: readUint64(view, 8),
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
