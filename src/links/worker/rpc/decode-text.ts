import { isAscii, isUtf8 } from 'node:buffer';

/** Bytes as text, where they are some: as a strict `TextDecoder`, in a fraction of its time. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const buffer =
    bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(bytes)) return buffer.toString('latin1');
  return isUtf8(bytes) ? buffer.toString('utf8') : undefined;
}
