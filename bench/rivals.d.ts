/** What the benchmarks use of packages that bring no types. */
declare module 'async-lock' {
  export default class AsyncLock {
    constructor(options: { maxPending: number });
    acquire(key: string, run: (done: () => void) => void): Promise<unknown>;
  }
}

declare module 'rwlock' {
  export default class ReadWriteCallbackLock {
    writeLock(run: (release: () => void) => void): void;
  }
}
