export { parseLenientJson } from './lenient-json.ts';
export type { LenientJson, LenientResult } from './lenient-json.ts';
export {
  cgminerNestingMost,
  cgminerReplyBytesMost,
  cgminerRequestBytesMost,
  packedValuesMost,
} from './limits.ts';
export { packedNumbers, parsePackedValues } from './packed-values.ts';
export { CgminerReplyReader } from './reply-reader.ts';
export { cgminerCodes, cgminerNumber, cgminerText, parseCgminerReply } from './reply.ts';
export type { CgminerReply, CgminerRow, CgminerStatus } from './reply.ts';
export {
  encodeCgminerRequest,
  encodeCgminerText,
  joinCgminerArguments,
  parseCgminerRequest,
} from './request.ts';
export type { CgminerRequest } from './request.ts';
