export { LongMessage, longMessageWaitingMost } from './long-message.ts';
export { isQuery, ScpiMessageReader } from './message-reader.ts';
export { messageLengthMost, ProgramMessageReader } from './program-message-reader.ts';
export type {
  HeldMessage,
  ProgramMessage,
  ProgramMessageOptions,
  ScpiMessageOptions,
} from './program-message-reader.ts';
export { responseLengthMost, responseText, ScpiReplyReader } from './reply-reader.ts';
export { ScpiReplyStream } from './reply-stream.ts';
export type { ResponseTaker } from './reply-stream.ts';
export type { ScpiReplyOptions } from './response-end.ts';
