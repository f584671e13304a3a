import { SignalboxError } from '../../kernel/index.ts';
import { concatenate } from '../concatenate.ts';
import { hislipLockCommands, rmtDeliveredBit } from './codes.ts';
import { encodeHislipHeader, writeUint64 } from './header.ts';
import { hislipTypes } from './message-types.ts';
import { asciiBytes, isAscii } from './text.ts';

/** A sub-address and the key of a shared lock have at most so many characters. IVI-6.1, 6.1 and 6.5. */
export const hislipNameLengthMost = 256;
/** The text of an error is cut to so many characters. */
export const hislipErrorTextLengthMost = 256;

/** What a client asks of a lock. IVI-6.1, section 6.5. */
export type HislipLockRequest =
  | { readonly kind: 'exclusive'; readonly waitMs: number }
  | { readonly kind: 'shared'; readonly key: string; readonly waitMs: number }
  /** `messageId`: the last message that the client sent while it held the lock. */
  | { readonly kind: 'release'; readonly messageId: number };

/** The head of a Data or DataEnd. IVI-6.1, sections 3 and 6.4. */
export interface HislipData {
  /** DataEnd: its last byte ends a message (END). */
  readonly isEnd: boolean;
  readonly messageId: number;
  /** Sent by clients only: {@link rmtDeliveredBit} */
  readonly rmtDelivered: boolean;
  readonly payloadBytes: number;
}

/** Every message of HiSLIP 1.0 but Data and DataEnd, which are streamed. IVI-6.1, table 3. */
export type HislipMessage =
  | {
      readonly type: 'Initialize';
      /** The highest version that the client speaks: 0x0100 is 1.0. */
      readonly version: number;
      /** Two letters. */
      readonly vendorId: string;
      readonly subAddress: string;
    }
  | {
      readonly type: 'InitializeResponse';
      readonly version: number;
      readonly sessionId: number;
      /** {@link hislipFeatures} */
      readonly features: number;
    }
  | { readonly type: 'AsyncInitialize'; readonly sessionId: number }
  | {
      readonly type: 'AsyncInitializeResponse';
      readonly vendorId: string;
      /** Whether the server can make the connection secure: HiSLIP 2.0. */
      readonly isSecure: boolean;
    }
  /** `code` of {@link hislipFatal} and {@link hislipErrors} */
  | { readonly type: 'FatalError' | 'Error'; readonly code: number; readonly text: string }
  | { readonly type: 'AsyncLock'; readonly request: HislipLockRequest }
  /** `code` of {@link hislipLockAnswers} */
  | { readonly type: 'AsyncLockResponse'; readonly code: number }
  | { readonly type: 'AsyncLockInfo' | 'AsyncDeviceClear' | 'AsyncRemoteLocalResponse' }
  | {
      readonly type: 'AsyncLockInfoResponse';
      readonly isExclusive: boolean;
      /** How many clients hold the lock, in either way; one that holds both counts once. */
      readonly holders: number;
    }
  | {
      readonly type:
        | 'AsyncDeviceClearAcknowledge'
        | 'DeviceClearComplete'
        | 'DeviceClearAcknowledge';
      /** {@link hislipFeatures} */
      readonly features: number;
    }
  | {
      readonly type: 'AsyncRemoteLocalControl';
      /** Of {@link remoteLocalCodes} */
      readonly control: number;
      readonly messageId: number;
    }
  | {
      readonly type: 'Trigger' | 'AsyncStatusQuery';
      readonly messageId: number;
      readonly rmtDelivered: boolean;
    }
  | { readonly type: 'Interrupted' | 'AsyncInterrupted'; readonly messageId: number }
  | {
      readonly type: 'AsyncMaximumMessageSize' | 'AsyncMaximumMessageSizeResponse';
      /** The largest message that the sender takes. */
      readonly bytes: number;
    }
  /** `status`: the status byte. */
  | { readonly type: 'AsyncServiceRequest' | 'AsyncStatusResponse'; readonly status: number };

interface Fields {
  readonly controlCode?: number;
  readonly parameter?: number;
  readonly payload?: Uint8Array;
}

/**
 * The bytes of a message.
 * @throws VALUE_INVALID when a field does not fit
 */
export function encodeHislip(message: HislipMessage): Uint8Array {
  const { controlCode = 0, parameter = 0, payload = new Uint8Array() } = fieldsOf(message);
  const type = hislipTypes[message.type];
  const header = encodeHislipHeader({ type, controlCode, parameter, payloadBytes: payload.length });
  return concatenate([header, payload]);
}

/**
 * The 16 bytes in front of the payload of a Data or DataEnd.
 * @throws VALUE_INVALID when a field does not fit
 */
export function encodeHislipData(data: HislipData): Uint8Array {
  const { isEnd, messageId, rmtDelivered, payloadBytes } = data;
  const type = isEnd ? hislipTypes.DataEnd : hislipTypes.Data;
  const controlCode = rmtDelivered ? rmtDeliveredBit : 0;
  return encodeHislipHeader({ type, controlCode, parameter: messageId, payloadBytes });
}

function fieldsOf(message: HislipMessage): Fields {
  switch (message.type) {
    case 'Initialize': {
      const parameter = halves(message.version, vendorWord(message.vendorId));
      return { parameter, payload: nameBytes(message.subAddress) };
    }
    case 'InitializeResponse':
      return {
        controlCode: message.features,
        parameter: halves(message.version, message.sessionId),
      };
    case 'AsyncInitialize':
      return { parameter: halves(0, message.sessionId) };
    case 'AsyncInitializeResponse':
      return { controlCode: message.isSecure ? 1 : 0, parameter: vendorWord(message.vendorId) };
    case 'FatalError':
    case 'Error': {
      const payload = asciiBytes(message.text, hislipErrorTextLengthMost);
      return { controlCode: message.code, payload };
    }
    case 'AsyncLock':
      return lockFields(message.request);
    case 'AsyncLockResponse':
      return { controlCode: message.code };
    case 'AsyncLockInfo':
    case 'AsyncDeviceClear':
    case 'AsyncRemoteLocalResponse':
      return {};
    case 'AsyncLockInfoResponse':
      return { controlCode: message.isExclusive ? 1 : 0, parameter: message.holders };
    case 'AsyncDeviceClearAcknowledge':
    case 'DeviceClearComplete':
    case 'DeviceClearAcknowledge':
      return { controlCode: message.features };
    case 'AsyncRemoteLocalControl':
      return { controlCode: message.control, parameter: message.messageId };
    case 'Trigger':
    case 'AsyncStatusQuery': {
      const controlCode = message.rmtDelivered ? rmtDeliveredBit : 0;
      return { controlCode, parameter: message.messageId };
    }
    case 'Interrupted':
    case 'AsyncInterrupted':
      return { parameter: message.messageId };
    case 'AsyncMaximumMessageSize':
    case 'AsyncMaximumMessageSizeResponse':
      return { payload: sizeBytes(message.bytes) };
    case 'AsyncServiceRequest':
    case 'AsyncStatusResponse':
      return { controlCode: message.status };
  }
}

function lockFields(request: HislipLockRequest): Fields {
  switch (request.kind) {
    case 'release':
      return { controlCode: hislipLockCommands.release, parameter: request.messageId };
    case 'exclusive':
      return { controlCode: hislipLockCommands.request, parameter: request.waitMs };
    case 'shared': {
      // Without a key it would be a request for the exclusive lock.
      if (request.key === '') throw invalid('the key of a shared lock is empty');
      const payload = nameBytes(request.key);
      return { controlCode: hislipLockCommands.request, parameter: request.waitMs, payload };
    }
  }
}

function halves(high: number, low: number): number {
  const fits = [high, low].every((half) => Number.isInteger(half) && half >= 0 && half <= 0xff_ff);
  if (!fits) throw invalid(`${high} and ${low} do not fit into 16 bits each`);
  return high * 0x1_00_00 + low;
}

function vendorWord(vendorId: string): number {
  if (vendorId.length !== 2 || !isAscii(vendorId, 2)) {
    throw invalid(`'${vendorId}' is no vendor: that is two ASCII letters`);
  }
  const [high = 0, low = 0] = asciiBytes(vendorId, 2);
  return high * 0x1_00 + low;
}

function nameBytes(name: string): Uint8Array {
  if (!isAscii(name, hislipNameLengthMost)) {
    throw invalid(`'${name}' is not of up to ${hislipNameLengthMost} ASCII characters`);
  }
  return asciiBytes(name, hislipNameLengthMost);
}

function sizeBytes(bytes: number): Uint8Array {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw invalid(`${bytes} is no number of bytes`);
  const payload = new Uint8Array(8);
  writeUint64(new DataView(payload.buffer), 0, bytes);
  return payload;
}

function invalid(reason: string): SignalboxError {
  return new SignalboxError('VALUE_INVALID', `no HiSLIP message: ${reason}`);
}
