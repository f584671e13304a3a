export { isQuery, messageLengthMost, ScpiMessageReader } from './message-reader.ts';
export type { ProgramMessage, ScpiMessageOptions } from './message-reader.ts';
export { responseLengthMost, responseText, ScpiReplyReader } from './reply-reader.ts';
export type { ScpiReplyOptions } from './reply-reader.ts';
