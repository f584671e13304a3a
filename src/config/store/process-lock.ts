import { cancellationError, onAbort, SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { FileSystem, LockFile } from './file-system.ts';

/** How long a wait for another process may be. */
export interface ProcessLockWait {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Who waits is woken when a file is let go. That word can get lost, and a holder that was killed gives
 * none: so it also looks by itself, at first after so long, then more and more seldom.
 */
const lookFirstMs = 2;
const lookLastMs = 50;

/**
 * The file that the processes which share a configuration hold in turn while they change it. Before
 * it there is a second one, which whoever is next holds while it waits: so a process that lets go and
 * comes again at once stands behind those that were there before.
 */
export class ProcessLock {
  readonly #path: string;
  readonly #turnPath: string;
  readonly #files: FileSystem;
  readonly #clock: Clock;
  readonly #holder: string;
  #lock: LockFile | undefined;
  #turn: LockFile | undefined;

  /** @param holder how other processes name this one */
  constructor(
    paths: { readonly lock: string; readonly turn: string },
    files: FileSystem,
    clock: Clock,
    holder: string,
  ) {
    this.#path = paths.lock;
    this.#turnPath = paths.turn;
    this.#files = files;
    this.#clock = clock;
    this.#holder = holder;
  }

  /** Whether another process waits for its turn. */
  get isWantedElsewhere(): boolean {
    const turn = this.#turn;
    if (turn === undefined) return false;
    if (!turn.tryLock()) return true;
    turn.unlock();
    return false;
  }

  /** @throws WAIT_TIMEOUT, which names the holder; CANCELLED */
  async acquire(wait: ProcessLockWait): Promise<void> {
    const turn = (this.#turn ??= await this.#files.openLock(this.#turnPath));
    const lock = (this.#lock ??= await this.#files.openLock(this.#path));
    const untilMs = this.#clock.monotonic() + wait.timeoutMs;
    await this.#take(turn, this.#turnPath, untilMs, wait);
    try {
      await this.#take(lock, this.#path, untilMs, wait);
    } finally {
      turn.unlock();
    }
    lock.note(`${this.#holder}\n`);
  }

  release(): void {
    this.#lock?.unlock();
  }

  close(): void {
    this.#lock?.close();
    this.#turn?.close();
    this.#lock = undefined;
    this.#turn = undefined;
  }

  async #take(
    file: LockFile,
    path: string,
    untilMs: number,
    { timeoutMs, signal }: ProcessLockWait,
  ): Promise<void> {
    if (file.tryLock()) return;
    let wake = Promise.withResolvers<void>();
    using _watcher = this.#files.watch(path, () => wake.resolve());
    using _abort = onAbort(signal, () => wake.resolve());
    for (let delayMs = lookFirstMs; ; delayMs = Math.min(delayMs * 2, lookLastMs)) {
      if (file.tryLock()) return;
      if (signal?.aborted === true) throw cancellationError(signal, this.#what);
      const leftMs = untilMs - this.#clock.monotonic();
      if (leftMs <= 0) throw await this.#timeout(timeoutMs);
      wake = Promise.withResolvers();
      const timer = this.#clock.schedule(Math.min(delayMs, leftMs), () => wake.resolve());
      await wake.promise;
      timer.cancel();
    }
  }

  get #what(): string {
    return `the wait for ${this.#path}`;
  }

  async #timeout(timeoutMs: number): Promise<SignalboxError> {
    const holder = await this.#files.readFile(this.#path).then(
      (bytes) => Buffer.from(bytes).toString('utf8').trim(),
      () => '',
    );
    const who = holder === '' ? 'another process' : holder;
    return new SignalboxError(
      'WAIT_TIMEOUT',
      `${this.#what} ended after ${timeoutMs} ms: ${who} changes the configuration`,
      { details: { path: this.#path, holder: who, timeoutMs } },
    );
  }
}
