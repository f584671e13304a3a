export { LatestValues } from './latest/latest-values.ts';
export type { LatestChange, LatestEvents } from './latest/latest-values.ts';
export type {
  LatestRecord,
  LatestValue,
  NewValues,
  Quality,
  QualityReason,
} from './latest/latest-value.ts';
export { Database, isDamaged } from './database/database.ts';
export type { DatabaseLayout, SqlValue } from './database/database.ts';
export {
  absentEveryMostMs,
  staleAfterIntervals,
  type PollOptions,
  type PollStatus,
} from './poller/poll.ts';
export { Poller, pollEveryLeastMs, pollEveryMostMs } from './poller/poller.ts';
export type { PollerOptions } from './poller/poller.ts';
