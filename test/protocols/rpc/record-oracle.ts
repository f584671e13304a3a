import { concatenate } from '../../../src/protocols/index.ts';
import { toDigits } from '../hex.ts';

/**
 * The records of a whole stream, found in the plainest way: looks at all of it at once, from its
 * beginning. Each is its bytes in hexadecimal digits, or `too long`.
 */
export function recordsIn(stream: Uint8Array, bytesMost: number): string[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const records: string[] = [];
  let at = 0;
  let fragments: Uint8Array[] = [];
  let announced = 0;
  let isTooLong = false;
  while (at + 4 <= stream.length) {
    const length = view.getUint32(at) & 0x7fff_ffff;
    const isLast = (stream[at] ?? 0) >= 0x80;
    at += 4;
    announced += length;
    if (announced > bytesMost && !isTooLong) {
      isTooLong = true;
      records.push('too long');
    }
    if (at + length > stream.length) return records;
    fragments.push(stream.subarray(at, at + length));
    at += length;
    if (!isLast) continue;
    if (!isTooLong) records.push(toDigits(concatenate(fragments)));
    fragments = [];
    announced = 0;
    isTooLong = false;
  }
  return records;
}
