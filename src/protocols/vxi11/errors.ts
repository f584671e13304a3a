import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';
import type { ErrorCode } from '../../kernel/index.ts';

/** The error codes of VXI-11, table B.2. */
export const vxi11Errors: {
  readonly none: 0;
  readonly syntaxError: 1;
  readonly deviceNotAccessible: 3;
  readonly invalidLink: 4;
  readonly parameterError: 5;
  readonly channelNotEstablished: 6;
  readonly notSupported: 8;
  readonly outOfResources: 9;
  readonly lockedByAnotherLink: 11;
  readonly noLockHeld: 12;
  readonly ioTimeout: 15;
  readonly ioError: 17;
  readonly invalidAddress: 21;
  readonly abort: 23;
  readonly channelAlreadyEstablished: 29;
} = {
  none: 0,
  syntaxError: 1,
  deviceNotAccessible: 3,
  invalidLink: 4,
  parameterError: 5,
  channelNotEstablished: 6,
  notSupported: 8,
  outOfResources: 9,
  lockedByAnotherLink: 11,
  noLockHeld: 12,
  ioTimeout: 15,
  ioError: 17,
  invalidAddress: 21,
  abort: 23,
  channelAlreadyEstablished: 29,
};

/** What each code means, and what it is to a program that uses the instrument through Signalbox. */
const meanings: ReadonlyMap<number, readonly [text: string, code: ErrorCode]> = new Map([
  [vxi11Errors.syntaxError, ['syntax error', 'LINK_PROTOCOL']],
  [vxi11Errors.deviceNotAccessible, ['device not accessible', 'PORT_ABSENT']],
  // The server forgot the link: a new connection makes a new one.
  [vxi11Errors.invalidLink, ['invalid link identifier', 'LINK_COMMUNICATION']],
  [vxi11Errors.parameterError, ['parameter error', 'LINK_PROTOCOL']],
  [vxi11Errors.channelNotEstablished, ['channel not established', 'LINK_PROTOCOL']],
  [vxi11Errors.notSupported, ['operation not supported', 'INSTRUMENT_ERROR']],
  [vxi11Errors.outOfResources, ['out of resources', 'LINK_COMMUNICATION']],
  [vxi11Errors.lockedByAnotherLink, ['device locked by another link', 'PORT_BUSY']],
  [vxi11Errors.noLockHeld, ['no lock held by this link', 'LINK_PROTOCOL']],
  [vxi11Errors.ioTimeout, ['I/O timeout', 'INSTRUMENT_TIMEOUT']],
  [vxi11Errors.ioError, ['I/O error', 'LINK_COMMUNICATION']],
  [vxi11Errors.invalidAddress, ['invalid address', 'PORT_ABSENT']],
  [vxi11Errors.abort, ['aborted', 'CANCELLED']],
  [vxi11Errors.channelAlreadyEstablished, ['channel already established', 'LINK_PROTOCOL']],
]);

/** What a code means, in a few words. */
export function describeVxi11Error(code: number): string {
  if (code === vxi11Errors.none) return 'no error';
  return meanings.get(code)?.[0] ?? `VXI-11 error ${code}`;
}

/**
 * The error that a server's code is. An unknown code is an INSTRUMENT_ERROR.
 * @param what who answered, and to what: `10.0.0.7 inst0: read`
 */
export function vxi11ErrorOf(code: number, what: string): SignalboxError {
  const [text, signalboxCode] = meanings.get(code) ?? [`VXI-11 error ${code}`, 'INSTRUMENT_ERROR'];
  return new SignalboxError(signalboxCode, `${what}: ${text}`, { details: { vxi11Error: code } });
}

/** What a server answers for each of our errors; any other is an I/O error. */
const codes: ReadonlyMap<ErrorCode, number> = new Map([
  ['BAD_ARGUMENT', vxi11Errors.parameterError],
  ['VALUE_INVALID', vxi11Errors.parameterError],
  ['VALUE_OUT_OF_RANGE', vxi11Errors.parameterError],
  ['NOT_FOUND', vxi11Errors.deviceNotAccessible],
  ['AUTHENTICATION_REQUIRED', vxi11Errors.deviceNotAccessible],
  ['FORBIDDEN', vxi11Errors.deviceNotAccessible],
  ['READ_ONLY', vxi11Errors.notSupported],
  ['WRITE_ONLY', vxi11Errors.notSupported],
  ['SECURED', vxi11Errors.notSupported],
  ['QUEUE_FULL', vxi11Errors.outOfResources],
  // Who waits for a lock or a turn waits for another link, or for another program altogether.
  ['WAIT_TIMEOUT', vxi11Errors.lockedByAnotherLink],
  ['LEASE_HELD', vxi11Errors.lockedByAnotherLink],
  ['DEADLOCK', vxi11Errors.lockedByAnotherLink],
  ['LOCK_ORDER', vxi11Errors.lockedByAnotherLink],
  ['LEASE_LOST', vxi11Errors.noLockHeld],
  ['RENEWAL_LIMIT', vxi11Errors.noLockHeld],
  ['LINK_TIMEOUT', vxi11Errors.ioTimeout],
  ['INSTRUMENT_TIMEOUT', vxi11Errors.ioTimeout],
  ['OUTCOME_UNKNOWN', vxi11Errors.ioTimeout],
  // A read for which no query was sent waits for nothing.
  ['QUERY_UNTERMINATED', vxi11Errors.ioTimeout],
  ['CANCELLED', vxi11Errors.abort],
]);

/** The code that a server answers when something failed. Anything unknown is an I/O error. */
export function vxi11CodeOf(error: unknown): number {
  if (!isSignalboxError(error)) return vxi11Errors.ioError;
  return codes.get(error.code) ?? vxi11Errors.ioError;
}
