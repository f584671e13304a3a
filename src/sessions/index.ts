export type {
  ClientConversation,
  ClientProtocol,
  ClientRequest,
  Transact,
} from './client-protocol.ts';
export { gapBytesMost, gapProtocol } from './gap-protocol.ts';
export type { GapOptions } from './gap-protocol.ts';
export { linesProtocol } from './lines-protocol.ts';
export { proparProtocol } from './propar-protocol.ts';
export { Session, sessionRequestsMost, sessionWaitMs } from './session.ts';
export type { SessionOptions } from './session.ts';
