/** A line, with its LF, has at most so many bytes. */
export const lineBytesMost = 1_048_576;
/** The arrays of one message have at most so many bytes together. */
export const binaryBytesMost = 268_435_456;
/** A message carries at most so many arrays. */
export const arraysMost = 4_096;
/** So much memory is taken for an array before its bytes have come; then it grows with them. */
export const arrayBytesAtOnce = 1_048_576;
/** A message is nested at most so deep, itself included: what is deeper breaks what writes JSON. */
export const messageNestingMost = 256;
