import { getSystemErrorMap } from 'node:util';
import { SignalboxError, isSignalboxError } from '../kernel/index.ts';
import type { ErrorCode } from '../kernel/index.ts';

/** What a link leads over: a device of this machine (an adapter), or a network. */
export type LinkMedium = 'device' | 'network';

/** Errors of a device whose adapter or descriptor is gone. Source: man 3 errno. */
const adapterErrors: readonly string[] = [
  'EBADF',
  'ENXIO',
  'ENODEV',
  'EIO',
  'EAGAIN',
  'ECONNABORTED',
  'ECONNRESET',
  'EPIPE',
  'EPROTO',
  'ESHUTDOWN',
];

/** The same as libraries that lost the number put them into words. */
const adapterTexts: readonly string[] = [
  'bad file descriptor',
  'device not configured',
  'no such device',
  'resource temporarily unavailable',
  'connection aborted',
];

const errnoNames: ReadonlySet<string> = new Set(
  Array.from(getSystemErrorMap().values(), ([name]) => name),
);

const codeOfErrno: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'PORT_ABSENT',
  EBUSY: 'PORT_BUSY',
  ETIMEDOUT: 'LINK_TIMEOUT',
  ESOCKETTIMEDOUT: 'LINK_TIMEOUT',
};

const nextStepOfErrno: Readonly<Record<string, string>> = {
  EACCES: 'Let this user use the device: `sudo usermod -aG dialout $USER`, then log in again.',
  EPERM: 'Let this user use the device: `sudo usermod -aG dialout $USER`, then log in again.',
  ECONNREFUSED: 'Check that something listens there: the address, the port number, the power.',
  ENOTFOUND: 'Check the host name.',
  EAI_AGAIN: 'Check the host name, and that the name server of this machine answers.',
};

/**
 * The error of a link for whatever the operating system or a library reported. An error that is
 * classed already passes unchanged; what nothing is known of is LINK_COMMUNICATION.
 *
 * @param address where the link leads, for the message
 * @param medium a network has no adapter: there, what would be LINK_USB is LINK_COMMUNICATION
 */
export function classifyLinkError(
  error: unknown,
  address: string,
  medium: LinkMedium = 'device',
): SignalboxError {
  if (isSignalboxError(error)) return error;
  const text = textOf(error);
  const errno = errnoOf(error, text);
  const code = codeOf(errno, text, medium);
  const nextStep = medium === 'device' || errno !== 'EACCES' ? nextStepOfErrno[errno] : undefined;
  return new SignalboxError(code, `${address}: ${text}`, {
    details: errno === '' ? { address } : { address, errno },
    ...(nextStep === undefined ? {} : { nextStep }),
    cause: error,
  });
}

/** A name with several addresses fails with the errors of all of them, and without a text of its own. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/** The name of the error number; some libraries keep it only in the text. */
function errnoOf(error: unknown, text: string): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    if (/^E[A-Z0-9]+$/.test(error.code) || errnoNames.has(error.code)) return error.code;
  }
  return text.match(/\bE[A-Z0-9_]{2,}\b/g)?.find((word) => errnoNames.has(word)) ?? '';
}

function codeOf(errno: string, text: string, medium: LinkMedium): ErrorCode {
  const known = codeOfErrno[errno];
  if (medium === 'network') return known === 'LINK_TIMEOUT' ? known : 'LINK_COMMUNICATION';
  const lower = text.toLowerCase();
  if (adapterErrors.includes(errno)) return 'LINK_USB';
  if (adapterTexts.some((known) => lower.includes(known))) return 'LINK_USB';
  return known ?? 'LINK_COMMUNICATION';
}
