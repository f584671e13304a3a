export { isQuery, messageLengthMost, ScpiMessageReader } from './message-reader.ts';
export type { ProgramMessage, ScpiMessageOptions } from './message-reader.ts';
export { responseLengthMost, responseText, ScpiReplyReader } from './reply-reader.ts';
export { ScpiReplyStream } from './reply-stream.ts';
export type { ResponseTaker } from './reply-stream.ts';
export type { ScpiReplyOptions } from './response-end.ts';
