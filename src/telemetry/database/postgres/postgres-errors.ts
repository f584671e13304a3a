import { isSignalboxError, SignalboxError } from '../../../kernel/index.ts';
import type { ErrorCode } from '../../../kernel/index.ts';

/** SQLSTATE codes, or the first letters of them (PostgreSQL 15, appendix A). The longest that fits counts. */
const codes: Readonly<Record<string, ErrorCode>> = {
  '08': 'DATABASE_UNREACHABLE',
  '23': 'DATABASE_CONSTRAINT',
  '22': 'DATABASE_CONSTRAINT',
  '25006': 'DATABASE_READ_ONLY',
  '28': 'DATABASE_UNREACHABLE',
  '3D000': 'DATABASE_UNREACHABLE',
  '40001': 'DATABASE_BUSY',
  '40P01': 'DATABASE_BUSY',
  '53100': 'DATABASE_FULL',
  '53300': 'DATABASE_BUSY',
  '55P03': 'DATABASE_BUSY',
  '57014': 'DATABASE_BUSY',
  '57P': 'DATABASE_UNREACHABLE',
  '58030': 'DATABASE_FAILED',
};

/** Of Node, when a server is not there or goes away. */
const networkCodes: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EACCES',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
];

interface ServerFailure extends Error {
  readonly code?: string;
  readonly detail?: string;
}

/** What pg threw, as one of ours; the secrets of the URL are not in it. */
export function postgresError(
  address: string,
  secrets: readonly string[],
  error: unknown,
): SignalboxError {
  if (isSignalboxError(error)) return error;
  const { code = '', message } = (
    error instanceof Error ? error : new Error(String(error))
  ) as ServerFailure;
  const shown = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), message);
  // Its cause is left out: it may hold what must not be seen.
  return new SignalboxError(codeFor(code, message), `${address}: ${shown || code}`, {
    details: { address, ...(code === '' ? {} : { serverCode: code }) },
  });
}

/** Whether the connection is of no more use. */
export function isBroken(error: SignalboxError): boolean {
  return error.code === 'DATABASE_UNREACHABLE' || error.code === 'OUTCOME_UNKNOWN';
}

function codeFor(code: string, message: string): ErrorCode {
  for (const length of [5, 3, 2]) {
    const known = codes[code.slice(0, length)];
    if (code.length === 5 && known !== undefined) return known;
  }
  if (networkCodes.includes(code) || /[Cc]onnection|timeout expired/.test(message)) {
    return 'DATABASE_UNREACHABLE';
  }
  return 'DATABASE_FAILED';
}
