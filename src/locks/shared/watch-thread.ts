import type { Worker } from 'node:worker_threads';

/** A lock that can be told of the end of a thread: `SharedMutex`, `SharedReadWriteLock`. */
export interface Abandonable {
  abandonBy(threadId: number): void;
}

/**
 * Frees what a worker thread holds of the locks when it ends, however it ends, and tells the next
 * holder that it was abandoned. Call it in the thread that started the worker, before the worker
 * takes a lock. Node gives each thread a number of its own and emits `exit` after its last
 * instruction, so a lock is never taken from one that still runs.
 *
 * The thread that watches must not block without a bound: blocked, it does not see the exit.
 */
export function watchThread(worker: Worker, locks: readonly Abandonable[]): Disposable {
  const { threadId } = worker;
  const onExit = (): void => {
    for (const lock of locks) lock.abandonBy(threadId);
  };
  worker.once('exit', onExit);
  return { [Symbol.dispose]: () => void worker.off('exit', onExit) };
}
