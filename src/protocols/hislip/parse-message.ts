import { remoteLocalOf } from '../ieee488/index.ts';
import { hislipErrors, hislipLockCommands, rmtDeliveredBit } from './codes.ts';
import { readUint64 } from './header.ts';
import type { HislipHeader } from './header.ts';
import { hislipErrorTextLengthMost, hislipNameLengthMost } from './message.ts';
import type { HislipData, HislipLockRequest, HislipMessage } from './message.ts';
import { hislipTypeName, hislipTypes } from './message-types.ts';
import { areAscii, asciiText } from './text.ts';

/** A message that cannot be taken, with what to answer: an Error with this code. */
export interface HislipRefusal {
  readonly kind: 'refused';
  /** Of {@link hislipErrors} */
  readonly errorCode: number;
  readonly reason: string;
}

export type ParsedHislip =
  | { readonly kind: 'message'; readonly message: HislipMessage }
  | HislipRefusal;

/** The head of a Data or DataEnd. */
export function parseHislipData(header: HislipHeader): HislipData {
  return {
    isEnd: header.type === hislipTypes.DataEnd,
    messageId: header.parameter,
    rmtDelivered: (header.controlCode & rmtDeliveredBit) !== 0,
    payloadBytes: header.payloadBytes,
  };
}

/**
 * A whole message that is neither Data nor DataEnd. Never throws. What a message should not have, as a
 * parameter where the standard says 0, is passed over.
 */
export function parseHislip(header: HislipHeader, payload: Uint8Array): ParsedHislip {
  const { controlCode, parameter } = header;
  const type = hislipTypeName(header.type);
  switch (type) {
    case 'Initialize': {
      const subAddress = nameOf(payload);
      if (subAddress === undefined) return unreadable(type, 'the sub-address');
      const version = parameter >>> 16;
      return found({ type, version, vendorId: vendorOf(parameter), subAddress });
    }
    case 'InitializeResponse': {
      const sessionId = parameter & 0xff_ff;
      return found({ type, version: parameter >>> 16, sessionId, features: controlCode });
    }
    case 'AsyncInitialize':
      return found({ type, sessionId: parameter & 0xff_ff });
    case 'AsyncInitializeResponse': {
      const isSecure = (controlCode & 1) !== 0;
      return found({ type, vendorId: vendorOf(parameter), isSecure });
    }
    case 'FatalError':
    case 'Error': {
      const text = asciiText(payload.subarray(0, hislipErrorTextLengthMost));
      return found({ type, code: controlCode, text });
    }
    case 'AsyncLock':
      return parseLock(controlCode, parameter, payload);
    case 'AsyncLockResponse':
      return found({ type, code: controlCode });
    case 'AsyncLockInfo':
    case 'AsyncDeviceClear':
    case 'AsyncRemoteLocalResponse':
      return found({ type });
    case 'AsyncLockInfoResponse':
      return found({ type, isExclusive: controlCode !== 0, holders: parameter });
    case 'AsyncDeviceClearAcknowledge':
    case 'DeviceClearComplete':
    case 'DeviceClearAcknowledge':
      return found({ type, features: controlCode });
    case 'AsyncRemoteLocalControl':
      if (remoteLocalOf(controlCode) === undefined) return unknownControl(type, controlCode);
      return found({ type, control: controlCode, messageId: parameter });
    case 'Trigger':
    case 'AsyncStatusQuery': {
      const rmtDelivered = (controlCode & rmtDeliveredBit) !== 0;
      return found({ type, messageId: parameter, rmtDelivered });
    }
    case 'Interrupted':
    case 'AsyncInterrupted':
      return found({ type, messageId: parameter });
    case 'AsyncMaximumMessageSize':
    case 'AsyncMaximumMessageSizeResponse':
      return parseSize(type, payload);
    case 'AsyncServiceRequest':
    case 'AsyncStatusResponse':
      return found({ type, status: controlCode });
    default:
      return refused(hislipErrors.unrecognizedType, `type ${header.type} is not of HiSLIP 1.0`);
  }
}

function parseLock(controlCode: number, parameter: number, payload: Uint8Array): ParsedHislip {
  const type = 'AsyncLock';
  const lock = (request: HislipLockRequest): ParsedHislip => found({ type, request });
  if (controlCode === hislipLockCommands.release) {
    return lock({ kind: 'release', messageId: parameter });
  }
  if (controlCode !== hislipLockCommands.request) return unknownControl(type, controlCode);
  const key = nameOf(payload);
  if (key === undefined) return unreadable(type, 'the key');
  if (key === '') return lock({ kind: 'exclusive', waitMs: parameter });
  return lock({ kind: 'shared', key, waitMs: parameter });
}

function parseSize(
  type: 'AsyncMaximumMessageSize' | 'AsyncMaximumMessageSizeResponse',
  payload: Uint8Array,
): ParsedHislip {
  if (payload.length !== 8) {
    return refused(
      hislipErrors.unidentified,
      `the size in ${type} has ${payload.length} bytes instead of 8`,
    );
  }
  const view = new DataView(payload.buffer, payload.byteOffset, 8);
  // Some say 2^64 - 1 for "any".
  return found({ type, bytes: Math.min(readUint64(view, 0), Number.MAX_SAFE_INTEGER) });
}

/** Some clients end a name with a NUL, as C does. */
function nameOf(payload: Uint8Array): string | undefined {
  const name = payload.at(-1) === 0 ? payload.subarray(0, -1) : payload;
  return areAscii(name) && name.length <= hislipNameLengthMost ? asciiText(name) : undefined;
}

function vendorOf(parameter: number): string {
  return asciiText(Uint8Array.of((parameter >>> 8) & 0xff, parameter & 0xff));
}

function found(message: HislipMessage): ParsedHislip {
  return { kind: 'message', message };
}

function refused(errorCode: number, reason: string): HislipRefusal {
  return { kind: 'refused', errorCode, reason };
}

function unknownControl(type: string, controlCode: number): HislipRefusal {
  const reason = `control code ${controlCode} of ${type} stands for nothing`;
  return refused(hislipErrors.unrecognizedControlCode, reason);
}

function unreadable(type: string, what: string): HislipRefusal {
  const reason = `${what} in ${type} is not of up to ${hislipNameLengthMost} ASCII characters`;
  return refused(hislipErrors.unidentified, reason);
}
