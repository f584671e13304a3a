/** The memory of arrays that may be given away. */
const given = new WeakSet<ArrayBufferLike>();

/**
 * Says that an array which is sent next may be given away instead of copied. Between threads its
 * memory then moves: it is empty here afterwards. To a process bytes are written either way: leave it
 * as it is.
 *
 * @returns the same array
 */
export function move<View extends ArrayBufferView>(array: View): View {
  given.add(array.buffer);
  return array;
}

/** What of the bytes may travel later: themselves where they may be given away, else a copy. */
export function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  if (isWhole && bytes.buffer instanceof ArrayBuffer && given.delete(bytes.buffer)) {
    return bytes as Uint8Array<ArrayBuffer>;
  }
  return Uint8Array.from(bytes);
}
