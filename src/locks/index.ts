export { acquireAll } from './acquire-all.ts';
export type { Acquirable, AcquireAllOptions } from './acquire-all.ts';
export { Agent, agentOf, currentAgent, runAs, runAsAgent, unnamedOwner } from './agent.ts';
export { FencingToken, MemoryTokenSource } from './fencing-token.ts';
export type { TokenSource } from './fencing-token.ts';
export { FileTokenSource } from './file-token-source.ts';
export { Guard } from './guard.ts';
export { describeMode, holdLongestMs, sharedKeyLengthMost } from './hold.ts';
export type { Hold, HoldEnd, HoldRequest, HoldStatus, LockMode } from './hold.ts';
export type { HolderStatus, LockOptions, LockStatistics, LockStatus } from './lock-status.ts';
export { Mutex } from './mutex.ts';
export { checkRank } from './rank.ts';
export type { Ranked } from './rank.ts';
export { ReadWriteLock } from './read-write-lock.ts';
export type { ReadWriteLockStatistics } from './read-write-lock.ts';
export { ResourceLock } from './resource-lock.ts';
export { renewedLongestMs } from './resource-lock-options.ts';
export type {
  ResourceLockEvents,
  ResourceLockOptions,
  ResourceLockStatistics,
} from './resource-lock-options.ts';
export { ResourceGuard, ResourceQueue } from './resource-queue.ts';
export type { ResourceQueueOptions, ResourceRequest } from './resource-queue.ts';
export { turnClock } from './turn-clock.ts';
export { WaitGraph } from './wait-graph.ts';
export type { CycleStep, RefusedWait, Wait, Waitable, WaitGraphOptions } from './wait-graph.ts';
export { waitersMost } from './wait-line.ts';
export type { AcquireOptions, WaiterStatus, WaitOptions, WaitStatistics } from './wait-line.ts';
export {
  blockingWaitMs,
  sharedEntriesMost,
  SharedGuard,
  SharedMutex,
  SharedReadWriteLock,
  watchThread,
} from './shared/index.ts';
export type { Abandonable, SharedLockOptions } from './shared/index.ts';
