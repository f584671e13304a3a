/** Control codes of FatalError, after which both connections are closed. IVI-6.1, table 14. */
export const hislipFatal = {
  unidentified: 0,
  poorHeader: 1,
  channelMissing: 2,
  invalidInitialization: 3,
  tooManyClients: 4,
  secureConnectionFailed: 5,
} as const;

/** Control codes of Error, after which the session goes on. IVI-6.1, table 16. */
export const hislipErrors = {
  unidentified: 0,
  unrecognizedType: 1,
  unrecognizedControlCode: 2,
  unrecognizedVendorMessage: 3,
  messageTooLarge: 4,
  authenticationFailed: 5,
} as const;

/** From here on fatal and other error codes are the device's own. IVI-6.1, tables 14 and 16. */
export const hislipDeviceErrorFirst = 128;

/** Control codes of AsyncLock. IVI-6.1, section 6.5. */
export const hislipLockCommands = { release: 0, request: 1 } as const;

/**
 * Control codes of AsyncLockResponse. A request is answered by failure (its time ran out), granted
 * (exclusive or shared) or error (the client holds the lock already): IVI-6.1, table 19. A release is
 * answered by what was released, or error (nothing is held): table 20.
 */
export const hislipLockAnswers = {
  failure: 0,
  granted: 1,
  releasedExclusive: 1,
  releasedShared: 2,
  error: 3,
} as const;

/**
 * Bits of the control codes of InitializeResponse, AsyncDeviceClearAcknowledge, DeviceClearComplete
 * and DeviceClearAcknowledge. IVI-6.1, tables 12 and 31. The two of encryption are of HiSLIP 2.0.
 */
export const hislipFeatures = {
  overlap: 0x01,
  encryptionMandatory: 0x02,
  initialEncryption: 0x04,
} as const;

/**
 * Bit 0 of the control code of a client's Data, DataEnd, Trigger and AsyncStatusQuery: the end of the
 * last response (RMT, response message terminator) went to the application. IVI-6.1, section 3.1.
 */
export const rmtDeliveredBit = 0x01;

/** Bits of the status byte that HiSLIP itself decides. IEEE 488.2, 11.2; IVI-6.1, section 6.14. */
export const hislipStatusBits = { messageAvailable: 0x10, requestService: 0x40 } as const;

/** The versions that exist: the major number in the high byte, the minor one in the low byte. */
export const hislipVersions = { first: 0x01_00, second: 0x02_00 } as const;

const fatalTexts: readonly string[] = [
  'unidentified error',
  'poorly formed message header',
  'attempt to use the connection without both channels',
  'invalid initialization sequence',
  'too many clients',
  'secure connection failed',
];
const errorTexts: readonly string[] = [
  'unidentified error',
  'unrecognized message type',
  'unrecognized control code',
  'unrecognized vendor defined message',
  'message too large',
  'authentication failed',
];

/** What the control code of a FatalError means, in a few words. */
export function describeHislipFatal(code: number): string {
  return fatalTexts[code] ?? describeOther(code);
}

/** What the control code of an Error means, in a few words. */
export function describeHislipError(code: number): string {
  return errorTexts[code] ?? describeOther(code);
}

function describeOther(code: number): string {
  return `${code < hislipDeviceErrorFirst ? 'reserved' : 'device'} error ${code}`;
}
