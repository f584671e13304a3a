export {
  describeUsbtmcStatus,
  usbtmcHeaderBytes,
  usbtmcMessages,
  usbtmcRequests,
  usbtmcStatus,
} from './codes.ts';
export { encodeUsbtmcMessage, encodeUsbtmcRequest, encodeUsbtmcTrigger } from './encode.ts';
export { parseUsbtmcAnswer, parseUsbtmcCapabilities, parseUsbtmcNotification } from './parse.ts';
export type { UsbtmcAnswer, UsbtmcCapabilities, UsbtmcNotification } from './parse.ts';
export { usbtmcStatusTags, usbtmcTags } from './tags.ts';
export type { RoundTags } from './tags.ts';
