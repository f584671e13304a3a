import { usbtmcHeaderBytes, usbtmcMessages } from './codes.ts';

/** What came over the bulk-in endpoint as one transfer. */
export type UsbtmcAnswer =
  | {
      readonly kind: 'data';
      /** Of the request that this answers. */
      readonly tag: number;
      /** A part of what came, without what fills it up. */
      readonly data: Uint8Array;
      /** Whether the message ends here. */
      readonly end: boolean;
    }
  | { readonly kind: 'malformed'; readonly reason: string };

/**
 * A transfer of the bulk-in endpoint: DEV_DEP_MSG_IN. USBTMC 1.0, section 3.3.1.1, table 9. Never
 * throws, and takes no memory for a length that is only said.
 */
export function parseUsbtmcAnswer(bytes: Uint8Array): UsbtmcAnswer {
  const [message, tag = 0, inverse] = bytes;
  if (bytes.length < usbtmcHeaderBytes) {
    return malformed(`${bytes.length} bytes, where a header has ${usbtmcHeaderBytes}`);
  }
  if (message !== usbtmcMessages.deviceMessageIn) return malformed(`no message ${message}`);
  if (tag === 0 || inverse !== (~tag & 0xff)) {
    return malformed(`a bTag of ${tag} beside an inverse of ${inverse}`);
  }
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  const rest = bytes.length - usbtmcHeaderBytes;
  if (size > rest) return malformed(`${rest} bytes, where ${size} were announced`);
  const data = bytes.subarray(usbtmcHeaderBytes, usbtmcHeaderBytes + size);
  return { kind: 'data', tag, data, end: ((bytes[8] ?? 0) & 1) === 1 };
}

/** What a device can do. USBTMC 1.0, table 37; USBTMC-USB488 1.0, table 8. */
export interface UsbtmcCapabilities {
  /** Takes messages only. */
  readonly isListenOnly: boolean;
  /** Says messages only. */
  readonly isTalkOnly: boolean;
  /** Ends an answer at a byte that it is told. */
  readonly hasTermChar: boolean;
  /** Takes the trigger message. */
  readonly hasTrigger: boolean;
  /** Takes the requests for remote and local. */
  readonly hasRemoteControl: boolean;
  /** Asks for service over its interrupt endpoint. */
  readonly hasServiceRequest: boolean;
}

/** The answer to GET_CAPABILITIES; what is missing of it cannot be done. */
export function parseUsbtmcCapabilities(bytes: Uint8Array): UsbtmcCapabilities {
  const bit = (at: number, mask: number): boolean => ((bytes[at] ?? 0) & mask) !== 0;
  return {
    isListenOnly: bit(4, 1),
    isTalkOnly: bit(4, 2),
    hasTermChar: bit(5, 1),
    hasTrigger: bit(14, 1),
    hasRemoteControl: bit(14, 2),
    hasServiceRequest: bit(15, 4),
  };
}

/** What a device says over its interrupt endpoint. USBTMC-USB488 1.0, section 3.4. */
export type UsbtmcNotification =
  | { readonly kind: 'service-request'; readonly status: number }
  /** The answer to READ_STATUS_BYTE with that tag. */
  | { readonly kind: 'status-byte'; readonly tag: number; readonly status: number }
  /** Of a vendor or another subclass. */
  | { readonly kind: 'other' };

const ofSubclass = 0x80;
const serviceRequestTag = 1;

/** USBTMC-USB488 1.0, tables 5 and 7. Never throws. */
export function parseUsbtmcNotification(bytes: Uint8Array): UsbtmcNotification {
  const [first = 0, status] = bytes;
  if ((first & ofSubclass) === 0 || status === undefined) return { kind: 'other' };
  const tag = first & ~ofSubclass;
  if (tag === serviceRequestTag) return { kind: 'service-request', status };
  return tag === 0 ? { kind: 'other' } : { kind: 'status-byte', tag, status };
}

function malformed(reason: string): UsbtmcAnswer {
  return { kind: 'malformed', reason };
}
