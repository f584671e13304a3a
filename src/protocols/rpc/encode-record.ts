import { SignalboxError } from '../../kernel/index.ts';

const headerBytes = 4;
const lastFragment = 0x8000_0000;
/** The 31 bits that a header has for the length. */
const fragmentBytesLongest = 0x7fff_ffff;

/**
 * A message as it goes over TCP: in fragments, each behind its length. Over UDP a message goes as it
 * is. RFC 5531, section 11.
 * @param fragmentBytesMost where to cut @default nowhere
 * @throws VALUE_OUT_OF_RANGE for fragments of no bytes, or more than the header can say
 */
export function encodeRecord(
  message: Uint8Array,
  fragmentBytesMost: number = fragmentBytesLongest,
): Uint8Array {
  if (!(fragmentBytesMost >= 1 && fragmentBytesMost <= fragmentBytesLongest)) {
    throw new SignalboxError(
      'VALUE_OUT_OF_RANGE',
      `a fragment has 1 to ${fragmentBytesLongest} bytes, not ${fragmentBytesMost}`,
    );
  }
  const fragments = Math.max(1, Math.ceil(message.length / fragmentBytesMost));
  const record = new Uint8Array(message.length + fragments * headerBytes);
  const view = new DataView(record.buffer);
  for (let fragment = 0; fragment < fragments; fragment += 1) {
    const start = fragment * fragmentBytesMost;
    const piece = message.subarray(start, start + fragmentBytesMost);
    const at = start + fragment * headerBytes;
    const isLast = fragment === fragments - 1;
    view.setUint32(at, isLast ? lastFragment + piece.length : piece.length);
    record.set(piece, at + headerBytes);
  }
  return record;
}
