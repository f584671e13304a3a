export type {
  ClientConversation,
  ClientProtocol,
  ClientRequest,
  Transact,
} from './client-protocol.ts';
export { gapBytesMost, gapProtocol, gapWaitMs } from './gap-protocol.ts';
export type { GapOptions } from './gap-protocol.ts';
export { framedMessages } from './framed-messages.ts';
export { linesProtocol, linesWaitMs } from './lines-protocol.ts';
export { proparAheadMost, proparProtocol, proparWaitMs } from './propar/propar-protocol.ts';
export {
  givenUpAfterMs,
  Session,
  sessionRequestBytesMost,
  sessionRequestsMost,
} from './session.ts';
export type { ClientEnd, SessionOptions } from './session.ts';
export { messagesUnderWayMost, MessageSession, unreadLongestMs } from './message-session.ts';
export type {
  ExchangeFault,
  MessageReadOptions,
  MessageSessionOptions,
  MessageWriteOptions,
} from './message-session.ts';
export { outputBytesMost } from './output-queue.ts';
export type { OutputFailure, OutputPart, OutputWish } from './output-queue.ts';
export type { ClientMessage, MessageConversation, MessageProtocol } from './message-protocol.ts';
export {
  heldMessageBytesMost,
  scpiMessages,
  stalledMessageBytes,
  stalledMessageMs,
} from './scpi-messages.ts';
