import { checkWait } from '../wait-line.ts';
import type { WaitOptions } from '../wait-line.ts';
import { SharedGuard } from './shared-guard.ts';
import { ownThread, selfDeadlock, waitAsync, waitBlocking } from './shared-wait.ts';
import type { SharedWait } from './shared-wait.ts';

/** Somebody may sleep on the word: who releases must wake one. */
const sleepers = 0x4000_0000;
/** The last holder died. */
const abandoned = 0x2000_0000;
/** The number of the thread that holds it; 0 for nobody. */
const holderMask = 0x1fff_ffff;

/** How a lock between threads is made, and found again by another thread. */
export interface SharedLockOptions {
  /** As people know it. @default 'a shared lock' */
  readonly name?: string;
  /** The memory of a lock that another thread made. @default memory for a new lock */
  readonly buffer?: SharedArrayBuffer;
}

/**
 * One thread at a time, over shared memory: a word that is 0 when free, else the number of the
 * thread that holds it and whether somebody sleeps (U. Drepper, "Futexes Are Tricky", mutex 3,
 * with the holder in place of the 1, so that its death can be told). Not fair: a thread that runs
 * may come before one that has to wake.
 *
 * The holder is the thread, so two tasks of a thread exclude each other as well; nothing nests.
 */
export class SharedMutex {
  /** How much memory one takes. */
  static readonly byteLength: number = 4;
  readonly name: string;
  /** Hand it to another thread, which makes its own `SharedMutex` of it. */
  readonly buffer: SharedArrayBuffer;
  readonly #word: Int32Array<SharedArrayBuffer>;
  readonly #leave = (): void => {
    if ((Atomics.exchange(this.#word, 0, 0) & sleepers) !== 0) Atomics.notify(this.#word, 0, 1);
  };

  constructor(options: SharedLockOptions = {}) {
    this.name = options.name ?? 'a shared lock';
    this.buffer = options.buffer ?? new SharedArrayBuffer(SharedMutex.byteLength);
    this.#word = new Int32Array(this.buffer, 0, 1);
  }

  /** The thread that holds it, as `threadId` says; undefined when it is free. */
  get holderThreadId(): number | undefined {
    const holder = Atomics.load(this.#word, 0) & holderMask;
    return holder === 0 ? undefined : holder - 1;
  }

  tryAcquire(): SharedGuard | undefined {
    const before = Atomics.compareExchange(this.#word, 0, 0, ownThread);
    if (before === 0) return new SharedGuard(this.#leave, 0, false);
    if ((before & holderMask) !== 0) return undefined;
    const after = ownThread | (before & sleepers);
    if (Atomics.compareExchange(this.#word, 0, before, after) !== before) return undefined;
    return new SharedGuard(this.#leave, 0, (before & abandoned) !== 0);
  }

  /**
   * Takes the lock, blocking the thread until it is free.
   *
   * @param timeoutMs @default 5_000
   * @throws WAIT_TIMEOUT; DEADLOCK when this thread holds it; BAD_ARGUMENT for a bad timeout
   */
  acquireSync(timeoutMs?: number): SharedGuard {
    if (timeoutMs !== undefined) checkWait(this.name, undefined, timeoutMs);
    // What mostly happens, where nothing else is in the way of the engine.
    if (Atomics.compareExchange(this.#word, 0, 0, ownThread) === 0) {
      return new SharedGuard(this.#leave, 0, false);
    }
    return this.#acquireSlowly(timeoutMs);
  }

  /** Takes the lock while the thread goes on. @throws WAIT_TIMEOUT, CANCELLED, BAD_ARGUMENT */
  async acquire(options?: WaitOptions): Promise<SharedGuard> {
    checkWait(this.name, options?.signal, options?.timeoutMs);
    const guard = this.tryAcquire();
    if (guard !== undefined) return guard;
    const wait = this.#wait();
    await waitAsync(wait, options);
    return new SharedGuard(this.#leave, 0, wait.wasAbandoned);
  }

  /**
   * Takes note that a thread has ended: what it held is free, and the next holder is told. Called by
   * `watchThread`; only for a thread that runs no more.
   */
  abandonBy(threadId: number): void {
    for (;;) {
      const word = Atomics.load(this.#word, 0);
      if ((word & holderMask) !== threadId + 1) break;
      const after = (word & sleepers) | abandoned;
      if (Atomics.compareExchange(this.#word, 0, word, after) === word) break;
    }
    // It may also have died between being woken and taking the lock: all look again.
    Atomics.notify(this.#word, 0);
  }

  #acquireSlowly(timeoutMs: number | undefined): SharedGuard {
    if (this.holderThreadId === ownThread - 1) throw selfDeadlock(this.name);
    const wait = this.#wait();
    waitBlocking(wait, timeoutMs);
    return new SharedGuard(this.#leave, 0, wait.wasAbandoned);
  }

  #wait(): SharedWait & { wasAbandoned: boolean } {
    const words = this.#word;
    let seen = 0;
    const wait = {
      name: this.name,
      words,
      index: 0,
      wasAbandoned: false,
      attempt: (): boolean => {
        for (;;) {
          const word = Atomics.load(words, 0);
          const isFree = (word & holderMask) === 0;
          // Who has slept cannot know whether it was the last one, so it says that somebody sleeps.
          seen = isFree ? ownThread | sleepers : word | sleepers;
          if (Atomics.compareExchange(words, 0, word, seen) !== word) continue;
          wait.wasAbandoned = (word & abandoned) !== 0;
          return isFree;
        }
      },
      expected: () => seen,
      giveUp: () => true,
    };
    return wait;
  }
}
