export { concatenate } from './concatenate.ts';
export {
  blockBytesMost,
  blockData,
  blockHeader,
  BlockReader,
  BlockTracker,
  indefiniteBlockHeader,
} from './ieee488/index.ts';
export type { BlockProgress } from './ieee488/index.ts';
export {
  answerBytesOf,
  AsciiFrameReader,
  BinaryFrameReader,
  decodeValue,
  describeFrameError,
  describeStatus,
  directNode,
  encodeAsciiFrame,
  encodeBinaryFrame,
  encodeMessage,
  encodeValue,
  messageBytesMost,
  parseMessage,
  proparCommands,
  ProparReplyReader,
  proparStatus,
  quarantineMs,
  requestBytesOf,
  SequenceNumbers,
  stringBytesMost,
  wireBytesOf,
  wireTypeOf,
} from './propar/index.ts';
export type {
  AwaitedReply,
  ProparAddress,
  ProparEvent,
  ProparFrame,
  ProparMessage,
  ProparMode,
  ProparType,
  ProparValue,
  RequestedItem,
  SentItem,
  WireType,
} from './propar/index.ts';
export { mapReply, moreNeeded } from './reply-reader.ts';
export type { ReplyProgress, ReplyReader } from './reply-reader.ts';
export {
  isQuery,
  messageLengthMost,
  responseLengthMost,
  responseText,
  ScpiMessageReader,
  ScpiReplyReader,
} from './scpi/index.ts';
export type { ProgramMessage, ScpiMessageOptions, ScpiReplyOptions } from './scpi/index.ts';
