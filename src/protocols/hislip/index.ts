export { AsyncRequests, asyncRequestsMost } from './async-requests.ts';
export type { AsyncArrival, AsyncRequestType } from './async-requests.ts';
export { ClientClear } from './client-clear.ts';
export type { ArrivalVerdict, ClientExchange } from './client-exchange.ts';
export { ClientOpening } from './client-opening.ts';
export type { ClientOpeningOptions, OpenedSession, OpeningStep } from './client-opening.ts';
export {
  describeHislipError,
  describeHislipFatal,
  firstDeviceError,
  hislipErrors,
  hislipFatal,
  hislipFeatures,
  hislipLockAnswers,
  hislipRemoteLocal,
  hislipStatusBits,
  hislipVersions,
} from './codes.ts';
export { hislipFailure } from './failure.ts';
export { decodeHislipHeader, encodeHislipHeader, hislipHeaderBytes } from './header.ts';
export type { HislipHeader } from './header.ts';
export { encodeHislip, encodeHislipData, hislipNameLengthMost } from './message.ts';
export type { HislipData, HislipLockRequest, HislipMessage } from './message.ts';
export { firstMessageId, noMessageId, unknownMessageId } from './message-ids.ts';
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
export { hislipClearMs, ServerClear } from './server-clear.ts';
export type { ClearOutcome, ServerClearOptions } from './server-clear.ts';
export type { HislipMark, OfferVerdict, RmtVerdict, ServerExchange } from './server-exchange.ts';
export { hislipPairingMs, HislipSessions, unassignedVendorId } from './server-sessions.ts';
export type { HislipSession, HislipSessionsOptions, Opening } from './server-sessions.ts';
export { ServiceRequests } from './service-requests.ts';
export { defaultSubAddress, parseSubAddress } from './sub-address.ts';
export type { HislipSubAddress } from './sub-address.ts';
export { SynchronousClient } from './synchronous-client.ts';
export { SynchronousExchange } from './synchronous-exchange.ts';
