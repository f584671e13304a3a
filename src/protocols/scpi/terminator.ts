/** What ends a message where nothing else is said: a line feed, also behind a carriage return. */
export const defaultTerminator = '\n';

export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;

/** The byte that ends a message: the last one of its terminator. */
export function endByteOf(terminator: string): number {
  return terminator.codePointAt(terminator.length - 1) ?? lineFeed;
}

/**
 * Whether a byte between two messages belongs to neither: the line feed of CR LF where a carriage
 * return ended the message before.
 */
export function isBetween(byte: number | undefined, endByte: number): boolean {
  return byte === lineFeed && endByte === carriageReturn;
}
