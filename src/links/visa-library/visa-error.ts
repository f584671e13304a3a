import { SignalboxError } from '../../kernel/index.ts';
import { codeOfVisaStatus } from './codes.ts';
import type { VisaLibrary } from './load-visa-library.ts';

/** VPP-4.3, section 3.3.3: descriptions have at most 256 characters. */
export const descriptionBytes = 256;

/**
 * The completion code, unless it is an error.
 * @param vi what the library is asked about the error of: a session, or its resource manager
 * @throws SignalboxError with the library's own words
 */
export async function checkVisa(
  library: VisaLibrary,
  status: number,
  { vi, what }: { readonly vi: number; readonly what: string },
): Promise<number> {
  if (status >= 0) return status;
  const words = Buffer.alloc(descriptionBytes);
  const described = await library.call('viStatusDesc', vi, status, words);
  const number = `0x${(status >>> 0).toString(16).toUpperCase()}`;
  const text = described >= 0 ? ` (${textOf(words)})` : '';
  throw new SignalboxError(codeOfVisaStatus(status), `${what}: VISA error ${number}${text}`, {
    details: { status: number, library: library.path },
  });
}

/** A text that a library wrote, up to its zero. */
export function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end).trim();
}
