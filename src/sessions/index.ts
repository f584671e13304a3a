export type {
  ClientConversation,
  ClientProtocol,
  ClientRequest,
  Transact,
} from './client-protocol.ts';
export { gapBytesMost, gapProtocol, gapWaitMs } from './gap-protocol.ts';
export type { GapOptions } from './gap-protocol.ts';
export { linesProtocol, linesWaitMs } from './lines-protocol.ts';
export { proparAheadMost, proparProtocol, proparWaitMs } from './propar/propar-protocol.ts';
export {
  givenUpAfterMs,
  Session,
  sessionRequestBytesMost,
  sessionRequestsMost,
} from './session.ts';
export type { ClientEnd, SessionOptions } from './session.ts';
