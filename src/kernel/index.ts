export { alike, alikeMost, didYouMean } from './alike.ts';
export { BackOff } from './back-off.ts';
export type { BackOffOptions } from './back-off.ts';
export {
  cancellationError,
  lifeController,
  onAbort,
  raceAbort,
  throwIfCancelled,
} from './cancellation.ts';
export { longestTimerMs, systemClock } from './clock.ts';
export type { Clock, Timer } from './clock.ts';
export { duration } from './duration.ts';
export { Emitter } from './emitter.ts';
export type { ListenerFailure } from './emitter.ts';
export { errorCatalogue } from './error-catalogue.ts';
export type { CatalogueEntry, ErrorCode, Fault } from './error-catalogue.ts';
export { LinkedQueue } from './linked-queue.ts';
export type { QueueNode } from './linked-queue.ts';
export { isLoopback, plainAddress } from './loopback.ts';
export { ManualClock } from './manual-clock.ts';
export { describeOwner } from './owner.ts';
export type { Owner } from './owner.ts';
export { RestartBudget } from './restart-budget.ts';
export type { RestartBudgetOptions } from './restart-budget.ts';
export { RingBuffer } from './ring-buffer.ts';
export { asSignalboxError, hasCode, isSignalboxError, SignalboxError } from './signalbox-error.ts';
export type { ErrorReport, SignalboxErrorOptions } from './signalbox-error.ts';
export { sleep } from './sleep.ts';
export { given } from './given.ts';
export { TtlCache } from './ttl-cache.ts';
export type { CacheStatistics, LoadOptions, TtlCacheOptions } from './ttl-cache.ts';
