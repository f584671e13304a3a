import { SignalboxError } from '../../kernel/index.ts';

/** A definite block holds at most so many bytes: its length has at most nine digits. */
export const blockBytesMost = 999_999_999;

/** The head of a block without length; a line feed with END ends it. IEEE 488.2, 8.7.10. */
export const indefiniteBlockHeader = '#0';

/**
 * The head of a definite block: `#`, the number of digits, the number of bytes. IEEE 488.2, 8.7.9.
 * The data goes behind it as it is, so that a big block need not be copied.
 * @throws VALUE_OUT_OF_RANGE for more than {@link blockBytesMost}
 */
export function blockHeader(bytes: number): string {
  if (!Number.isInteger(bytes) || bytes < 0 || bytes > blockBytesMost) {
    throw new SignalboxError(
      'VALUE_OUT_OF_RANGE',
      `a block has 0 to ${blockBytesMost} bytes, not ${bytes}`,
      { details: { bytes, maximum: blockBytesMost } },
    );
  }
  const digits = String(bytes);
  return `#${digits.length}${digits}`;
}
