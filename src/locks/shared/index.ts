export { SharedGuard } from './shared-guard.ts';
export { SharedMutex } from './shared-mutex.ts';
export type { SharedLockOptions } from './shared-mutex.ts';
export { sharedEntriesMost, SharedReadWriteLock } from './shared-read-write-lock.ts';
export { blockingWaitMs } from './shared-wait.ts';
export { watchThread } from './watch-thread.ts';
export type { Abandonable } from './watch-thread.ts';
