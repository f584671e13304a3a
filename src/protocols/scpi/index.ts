export { blockHeader, BlockTracker } from './block-tracker.ts';
export { isQuery, messageLengthMost, ScpiMessageReader } from './message-reader.ts';
export type { ProgramMessage } from './message-reader.ts';
export { responseLengthMost, responseText, ScpiReplyReader } from './reply-reader.ts';
