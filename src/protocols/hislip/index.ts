export { HislipRequests, hislipRequestsMost } from './async-requests.ts';
export type { HislipRequestArrival, HislipRequestType } from './async-requests.ts';
export { HislipClientClear } from './client-clear.ts';
export type { HislipArrivalVerdict, HislipClientExchange } from './client-exchange.ts';
export { HislipClientOpening } from './client-opening.ts';
export type {
  HislipClientOpeningOptions,
  HislipOpenedSession,
  HislipOpeningStep,
} from './client-opening.ts';
export {
  describeHislipError,
  describeHislipFatal,
  hislipDeviceErrorFirst,
  hislipErrors,
  hislipFatal,
  hislipFeatures,
  hislipLockAnswers,
  hislipStatusBits,
  hislipVersions,
} from './codes.ts';
export { hislipFailure } from './failure.ts';
export { decodeHislipHeader, encodeHislipHeader, hislipHeaderBytes } from './header.ts';
export type { HislipHeader } from './header.ts';
export { encodeHislip, encodeHislipData, hislipNameLengthMost } from './message.ts';
export type { HislipData, HislipLockRequest, HislipMessage } from './message.ts';
export { hislipMessageIds } from './message-ids.ts';
export { HislipMessageReader, hislipControlBytesMost } from './message-reader.ts';
export type { HislipEvent, HislipReaderOptions } from './message-reader.ts';
export {
  HislipMessageSizes,
  hislipMessageBytesDefault,
  hislipMessageBytesLeast,
} from './message-sizes.ts';
export { describeHislipType, hislipTypeName, hislipTypes } from './message-types.ts';
export type { HislipChannel, HislipSide, HislipTypeName } from './message-types.ts';
export { OverlapClient } from './overlap-client.ts';
export { OverlapExchange } from './overlap-exchange.ts';
export { parseHislip } from './parse-message.ts';
export type { HislipRefusal, ParsedHislip } from './parse-message.ts';
export { hislipClearMs, HislipServerClear } from './server-clear.ts';
export type { HislipClearOutcome, HislipServerClearOptions } from './server-clear.ts';
export type {
  HislipMark,
  HislipOfferVerdict,
  HislipRmtVerdict,
  HislipServerExchange,
} from './server-exchange.ts';
export { hislipPairingMs, HislipSessions, hislipVendorIdDefault } from './server-sessions.ts';
export type { HislipSession, HislipSessionsOptions, HislipOpening } from './server-sessions.ts';
export { HislipServiceRequests } from './service-requests.ts';
export { hislipSubAddressDefault, parseHislipSubAddress } from './sub-address.ts';
export type { HislipSubAddress } from './sub-address.ts';
export { SynchronousClient } from './synchronous-client.ts';
export { SynchronousExchange } from './synchronous-exchange.ts';
