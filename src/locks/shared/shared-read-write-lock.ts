import { SignalboxError } from '../../kernel/index.ts';
import { checkWait } from '../wait-line.ts';
import type { WaitOptions } from '../wait-line.ts';
import { SharedGuard } from './shared-guard.ts';
import type { SharedLockOptions } from './shared-mutex.ts';
import { ownThread, selfDeadlock, waitAsync, waitBlocking } from './shared-wait.ts';
import type { SharedWait } from './shared-wait.ts';

/** So many may hold or wait for one lock at a time; the next is refused with QUEUE_FULL. */
export const sharedEntriesMost = 128;

/** The thread that decides who is next; 0 for nobody. */
const decider = 0;
/** Not 0: something has changed since the decider began. */
const changed = 1;
/** Not 0: the last phase was one of writing, so readers come first. */
const afterWriter = 2;
/** Not 0: a thread died while it wrote. */
const abandoned = 3;
/** Counts those who came. */
const arrivals = 4;
/** No entry from this one on was ever used. */
const used = 5;
const headerLength = 8;

// An entry is one who holds or waits. Its thread says whose it is; its state is the truth of it.
const entryLength = 4;
const ofThread = 0;
const ofState = 1;
const ofArrival = 2;

const unused = 0;
const waitsToRead = 1;
const waitsToWrite = 2;
const reads = 3;
const writes = 4;

type Wish = typeof waitsToRead | typeof waitsToWrite;

/**
 * {@link ReadWriteLock}, phase-fair as well, between threads over shared memory.
 *
 * Each hold and each wait is an entry of its own, and each of their steps is one store, so a
 * thread may die anywhere and leaves nothing half done but its own entries. Entries end by
 * themselves; only the decider grants. Nobody waits to be the decider: who finds one at work
 * leaves word that something has changed, and the decider looks again before it goes.
 *
 * Who gives up in the very moment in which another thread grants a phase may leave its entry to a
 * newcomer, who then passes a waiting writer once. Nobody reads while another writes for that.
 */
export class SharedReadWriteLock {
  /** How much memory one takes. */
  static readonly byteLength: number = (headerLength + sharedEntriesMost * entryLength) * 4;
  readonly name: string;
  /** Hand it to another thread, which makes its own `SharedReadWriteLock` of it. */
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #leave = (entry: number): void => {
    if (this.#state(entry) === writes) Atomics.store(this.#words, afterWriter, 1);
    this.#free(entry);
    this.#decide();
  };

  constructor(options: SharedLockOptions = {}) {
    this.name = options.name ?? 'a shared lock';
    this.buffer = options.buffer ?? new SharedArrayBuffer(SharedReadWriteLock.byteLength);
    this.#words = new Int32Array(this.buffer);
  }

  /** Blocks the thread until it may read. @param timeoutMs @default 5_000 @throws as `acquireWriteSync` */
  acquireReadSync(timeoutMs?: number): SharedGuard {
    return this.#acquireSync(waitsToRead, timeoutMs);
  }

  /**
   * Blocks the thread until it may write.
   *
   * @param timeoutMs @default 5_000
   * @throws WAIT_TIMEOUT; DEADLOCK when it would wait while this thread holds the lock; QUEUE_FULL;
   *   BAD_ARGUMENT for a bad timeout
   */
  acquireWriteSync(timeoutMs?: number): SharedGuard {
    return this.#acquireSync(waitsToWrite, timeoutMs);
  }

  /** Reads as soon as it may. @throws WAIT_TIMEOUT, CANCELLED, QUEUE_FULL, BAD_ARGUMENT */
  acquireRead(options?: WaitOptions): Promise<SharedGuard> {
    return this.#acquire(waitsToRead, options);
  }

  /** Writes as soon as it may. @throws as {@link acquireRead} */
  acquireWrite(options?: WaitOptions): Promise<SharedGuard> {
    return this.#acquire(waitsToWrite, options);
  }

  /** Takes note that a thread has ended; see `SharedMutex.abandonBy`. */
  abandonBy(threadId: number): void {
    const thread = threadId + 1;
    // Also of those that do not count as used yet: it may have died before it could say so.
    for (const entry of this.#entries(sharedEntriesMost)) {
      if (Atomics.load(this.#words, entry + ofThread) !== thread) continue;
      if (this.#state(entry) === writes) {
        Atomics.store(this.#words, abandoned, 1);
        Atomics.store(this.#words, afterWriter, 1);
      }
      this.#free(entry);
    }
    Atomics.compareExchange(this.#words, decider, thread, 0);
    this.#decide();
    // It may have granted without having told of it.
    for (const entry of this.#entries()) Atomics.notify(this.#words, entry + ofState);
  }

  #acquireSync(wish: Wish, timeoutMs: number | undefined): SharedGuard {
    checkWait(this.name, undefined, timeoutMs);
    const entry = this.#enter(wish);
    const wait = this.#wait(entry, wish);
    const attempt = (): boolean => {
      if (wait.attempt()) return true;
      // Who is not granted because another thread still decides does not wait for itself.
      if (!this.#isDecided() || !this.#isHeldHere()) return false;
      if (wait.giveUp()) throw selfDeadlock(this.name);
      return true;
    };
    waitBlocking({ ...wait, attempt }, timeoutMs);
    return this.#guard(entry, wish);
  }

  async #acquire(wish: Wish, options: WaitOptions | undefined): Promise<SharedGuard> {
    checkWait(this.name, options?.signal, options?.timeoutMs);
    const entry = this.#enter(wish);
    await waitAsync(this.#wait(entry, wish), options);
    return this.#guard(entry, wish);
  }

  #guard(entry: number, wish: Wish): SharedGuard {
    // A writer makes whole what was left half done; a reader is only told.
    const wasAbandoned =
      wish === waitsToWrite
        ? Atomics.exchange(this.#words, abandoned, 0)
        : Atomics.load(this.#words, abandoned);
    return new SharedGuard(this.#leave, entry, wasAbandoned !== 0);
  }

  #enter(wish: Wish): number {
    const words = this.#words;
    for (let index = 0; index < sharedEntriesMost; index += 1) {
      const entry = headerLength + index * entryLength;
      if (Atomics.compareExchange(words, entry + ofThread, 0, ownThread) !== 0) continue;
      this.#noteUsed(index + 1);
      Atomics.store(words, entry + ofArrival, Atomics.add(words, arrivals, 1));
      Atomics.store(words, entry + ofState, wish);
      this.#decide();
      return entry;
    }
    throw new SignalboxError('QUEUE_FULL', `${sharedEntriesMost} hold or wait for ${this.name}`);
  }

  #noteUsed(length: number): void {
    let before = Atomics.load(this.#words, used);
    while (before < length) before = Atomics.compareExchange(this.#words, used, before, length);
  }

  #free(entry: number): void {
    Atomics.store(this.#words, entry + ofState, unused);
    Atomics.store(this.#words, entry + ofThread, 0);
  }

  /** @returns false when it was granted in this moment */
  #giveUp(entry: number, wish: Wish): boolean {
    const state = entry + ofState;
    if (Atomics.compareExchange(this.#words, state, wish, unused) !== wish) return false;
    Atomics.store(this.#words, entry + ofThread, 0);
    this.#decide();
    return true;
  }

  #wait(entry: number, wish: Wish): SharedWait {
    return {
      name: this.name,
      words: this.#words,
      index: entry + ofState,
      attempt: () => this.#state(entry) !== wish,
      expected: () => wish,
      giveUp: () => this.#giveUp(entry, wish),
    };
  }

  /** Grants what may be granted, or leaves word for the thread that is at it. */
  #decide(): void {
    const words = this.#words;
    Atomics.store(words, changed, 1);
    while (
      Atomics.load(words, changed) !== 0 &&
      Atomics.compareExchange(words, decider, 0, ownThread) === 0
    ) {
      Atomics.store(words, changed, 0);
      this.#grant();
      Atomics.store(words, decider, 0);
    }
  }

  /** Whether all that had changed before this call has been decided on. */
  #isDecided(): boolean {
    // In this order: who takes note of a change goes on to decide, and is done only then.
    return Atomics.load(this.#words, changed) === 0 && Atomics.load(this.#words, decider) === 0;
  }

  #grant(): void {
    const waitingReaders: number[] = [];
    let writer: number | undefined;
    let reading = 0;
    for (const entry of this.#entries()) {
      const state = this.#state(entry);
      if (state === writes) return;
      if (state === reads) reading += 1;
      if (state === waitsToRead) waitingReaders.push(entry);
      if (state === waitsToWrite && (writer === undefined || this.#isBefore(entry, writer))) {
        writer = entry;
      }
    }
    const readersFirst = reading === 0 && Atomics.load(this.#words, afterWriter) !== 0;
    if (waitingReaders.length > 0 && (writer === undefined || readersFirst)) {
      Atomics.store(this.#words, afterWriter, 0);
      for (const entry of waitingReaders) this.#turn(entry, waitsToRead, reads);
    } else if (writer !== undefined && reading === 0) {
      this.#turn(writer, waitsToWrite, writes);
    }
  }

  #turn(entry: number, from: Wish, to: typeof reads | typeof writes): void {
    const state = entry + ofState;
    if (Atomics.compareExchange(this.#words, state, from, to) !== from) return;
    Atomics.notify(this.#words, state);
  }

  #isBefore(entry: number, other: number): boolean {
    const arrival = Atomics.load(this.#words, entry + ofArrival);
    return ((arrival - Atomics.load(this.#words, other + ofArrival)) | 0) < 0;
  }

  #isHeldHere(): boolean {
    for (const entry of this.#entries()) {
      if (
        Atomics.load(this.#words, entry + ofThread) === ownThread &&
        this.#state(entry) >= reads
      ) {
        return true;
      }
    }
    return false;
  }

  #state(entry: number): number {
    return Atomics.load(this.#words, entry + ofState);
  }

  *#entries(length: number = Atomics.load(this.#words, used)): Generator<number, void> {
    const end = headerLength + length * entryLength;
    for (let entry = headerLength; entry < end; entry += entryLength) yield entry;
  }
}
