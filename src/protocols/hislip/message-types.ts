/**
 * What each message is called and its number: IVI-6.1 (HiSLIP 2.0), table 4. 26 to 38 came with
 * HiSLIP 2.0; 39 to 127 are reserved, 128 to 255 belong to vendors.
 */
export const hislipTypes = {
  Initialize: 0,
  InitializeResponse: 1,
  FatalError: 2,
  Error: 3,
  AsyncLock: 4,
  AsyncLockResponse: 5,
  Data: 6,
  DataEnd: 7,
  DeviceClearComplete: 8,
  DeviceClearAcknowledge: 9,
  AsyncRemoteLocalControl: 10,
  AsyncRemoteLocalResponse: 11,
  Trigger: 12,
  Interrupted: 13,
  AsyncInterrupted: 14,
  AsyncMaximumMessageSize: 15,
  AsyncMaximumMessageSizeResponse: 16,
  AsyncInitialize: 17,
  AsyncInitializeResponse: 18,
  AsyncDeviceClear: 19,
  AsyncServiceRequest: 20,
  AsyncStatusQuery: 21,
  AsyncStatusResponse: 22,
  AsyncDeviceClearAcknowledge: 23,
  AsyncLockInfo: 24,
  AsyncLockInfoResponse: 25,
  GetDescriptors: 26,
  GetDescriptorsResponse: 27,
  StartTLS: 28,
  AsyncStartTLS: 29,
  AsyncStartTLSResponse: 30,
  EndTLS: 31,
  AsyncEndTLS: 32,
  AsyncEndTLSResponse: 33,
  GetSaslMechanismList: 34,
  GetSaslMechanismListResponse: 35,
  AuthenticationStart: 36,
  AuthenticationExchange: 37,
  AuthenticationResult: 38,
} as const;

export type HislipTypeName = keyof typeof hislipTypes;

/** Which of the two connections of a session. IVI-6.1, section 2.2. */
export type HislipChannel = 'synchronous' | 'asynchronous';

/** Who is at an end of a session. */
export type HislipSide = 'client' | 'server';

/** From here on the types belong to vendors. */
export const firstVendorType = 128;
/** The last type that HiSLIP 1.0 knows, which is what Signalbox speaks. */
const lastType = hislipTypes.AsyncLockInfoResponse;

const names = Object.keys(hislipTypes) as HislipTypeName[];
const fromEither: readonly HislipTypeName[] = ['FatalError', 'Error'];
const fromServer: readonly HislipTypeName[] = [
  'InitializeResponse',
  'AsyncLockResponse',
  'DeviceClearAcknowledge',
  'AsyncRemoteLocalResponse',
  'Interrupted',
  'AsyncInterrupted',
  'AsyncMaximumMessageSizeResponse',
  'AsyncInitializeResponse',
  'AsyncServiceRequest',
  'AsyncStatusResponse',
  'AsyncDeviceClearAcknowledge',
  'AsyncLockInfoResponse',
];
const fromBoth: readonly HislipTypeName[] = [...fromEither, 'Data', 'DataEnd'];

/** The standard's name of a type, if it has one. */
export function hislipTypeName(type: number): HislipTypeName | undefined {
  return names[type];
}

/** A type in words, also one that the standard does not name. */
export function describeHislipType(type: number): string {
  return names[type] ?? `${type < firstVendorType ? 'reserved' : 'vendor'} type ${type}`;
}

/** Whether HiSLIP 1.0 knows the type. */
export function isKnownType(type: number): boolean {
  return type <= lastType;
}

/**
 * The connection that a message travels on; nothing for those that may travel on both. Table 4 puts
 * DeviceClearAcknowledge on the asynchronous one, against section 6.12 and what clients wait for:
 * it is on the synchronous one.
 */
export function channelOf(name: HislipTypeName): HislipChannel | undefined {
  if (fromEither.includes(name)) return undefined;
  return name.startsWith('Async') ? 'asynchronous' : 'synchronous';
}

/** Whether that side may send such a message. IVI-6.1, table 3. */
export function isSentBy(name: HislipTypeName, side: HislipSide): boolean {
  if (fromBoth.includes(name)) return true;
  return fromServer.includes(name) === (side === 'server');
}
