export { mapReply, moreNeeded } from './reply-reader.ts';
export type { ReplyProgress, ReplyReader } from './reply-reader.ts';
