import { cancellationError, onAbort, SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { FileSystem, LockFile } from './file-system.ts';

/** How long a wait for another process may be. */
export interface ProcessLockWait {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Who waits is woken when the file is let go. That word can get lost, and a holder that was killed
 * gives none: so it also looks by itself, at first after so long, then more and more seldom.
 */
const lookFirstMs = 2;
const lookLastMs = 100;

/** The file that the processes which share a configuration hold in turn while they change it. */
export class ProcessLock {
  readonly #path: string;
  readonly #files: FileSystem;
  readonly #clock: Clock;
  readonly #holder: string;
  #file: LockFile | undefined;

  /** @param holder how other processes name this one */
  constructor(path: string, files: FileSystem, clock: Clock, holder: string) {
    this.#path = path;
    this.#files = files;
    this.#clock = clock;
    this.#holder = holder;
  }

  /** @throws WAIT_TIMEOUT, which names the holder; CANCELLED */
  async acquire(wait: ProcessLockWait): Promise<void> {
    const file = (this.#file ??= await this.#files.openLock(this.#path));
    if (!file.tryLock()) await this.#wait(file, wait);
    file.note(`${this.#holder}\n`);
  }

  release(): void {
    this.#file?.unlock();
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  async #wait(file: LockFile, { timeoutMs, signal }: ProcessLockWait): Promise<void> {
    const untilMs = this.#clock.monotonic() + timeoutMs;
    let wake = Promise.withResolvers<void>();
    using _watcher = this.#files.watch(this.#path, () => wake.resolve());
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
