import { SignalboxError } from '../../kernel/index.ts';
import { hislipFailure } from '../../protocols/index.ts';
import type { HislipMessage } from '../../protocols/index.ts';

/** An error of the protocol with the address in front of it. */
export function atAddress(address: string, error: SignalboxError): SignalboxError {
  const { code, message, details, cause } = error;
  return new SignalboxError(code, `${address}: ${message}`, {
    details: { address, ...details },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What the server's Error or FatalError is to the one who waits. */
export function serverError(
  address: string,
  message: Extract<HislipMessage, { type: 'Error' | 'FatalError' }>,
): SignalboxError {
  return atAddress(address, hislipFailure(message));
}

export function closedByServer(address: string): SignalboxError {
  return new SignalboxError('LINK_COMMUNICATION', `${address} closed the connection`, {
    details: { address },
  });
}

/** The server breaks the protocol. */
export function notHislip(address: string, reason: string): SignalboxError {
  return new SignalboxError('LINK_PROTOCOL', `${address}: ${reason}`, {
    details: { address },
    nextStep: 'Check that a HiSLIP server listens at this address and port.',
  });
}

export function tookTooLong(address: string, what: string, timeoutMs: number): SignalboxError {
  return new SignalboxError('LINK_TIMEOUT', `${address}: ${what} took more than ${timeoutMs} ms`, {
    details: { address, timeoutMs },
  });
}
