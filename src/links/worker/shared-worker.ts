import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import type { SupervisedWorker } from './supervised-worker.ts';

/** A worker that failed its links is kept for so long: they come back. In ms. */
export const lingerMs = 5_000;
/** One that was given up because it crashed too often is tried again after so long, in ms. */
export const givenUpMs = 30_000;
/** How long one attempt of a link to open waits for the worker; its start goes on meanwhile. */
const openMs = 4_500;
/** What is still under way when the last link has closed may take so long to end, in ms. */
const leaveMs = 2_000;

/** One worker for several links: started by the first that opens, stopped with the last. */
export class SharedWorker {
  readonly worker: SupervisedWorker;
  readonly #clock: Clock;
  #users = 0;
  #isKept = false;
  #isEnding = false;
  #linger: Timer | undefined;
  /** Monotonic. */
  #givenUpUntilMs = -Infinity;

  /** @param clock @default the machine's own */
  constructor(worker: SupervisedWorker, clock: Clock = systemClock) {
    this.worker = worker;
    this.#clock = clock;
    worker.on('state', ({ state }) => {
      if (state === 'error') this.#givenUpUntilMs = clock.monotonic() + givenUpMs;
    });
  }

  get name(): string {
    return this.worker.name;
  }

  /** Counts one more user, once the worker is ready. @throws WORKER_UNAVAILABLE, CLOSED, CANCELLED */
  async enter(signal: AbortSignal): Promise<void> {
    this.#users += 1;
    try {
      this.#throwIfRefused();
      this.#linger?.cancel();
      await this.worker.start({ timeoutMs: openMs, signal });
      this.#throwIfRefused();
    } catch (error) {
      await this.leave('recovers');
      throw error;
    }
  }

  /**
   * Counts one user less. Without any the worker is stopped: at once, or when the one that `recovers`
   * has not come back in time.
   */
  async leave(why: 'is done' | 'recovers'): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0 || this.#isKept) return;
    this.#linger?.cancel();
    if (why === 'is done') await this.worker.drain(leaveMs);
    else this.#linger = this.#clock.schedule(lingerMs, () => void this.#stop());
  }

  /** From now on it runs until {@link end}, also when its last link has closed. */
  keep(): void {
    this.#isKept = true;
    this.#linger?.cancel();
  }

  /** Lets what is under way end, then ends the worker, by force where it takes longer. */
  async end(deadlineMs: number): Promise<void> {
    this.keep();
    this.#isEnding = true;
    await this.worker.drain(deadlineMs);
  }

  async #stop(): Promise<void> {
    // One that was given up does not run, and why is still to be seen.
    if (this.worker.state !== 'error') await this.worker.drain(leaveMs);
  }

  #throwIfRefused(): void {
    if (this.#isEnding) {
      throw new SignalboxError('CLOSED', `worker ${this.name} ends with the gateway`);
    }
    const waitMs = this.#givenUpUntilMs - this.#clock.monotonic();
    const { state, reason } = this.worker.status;
    if (state !== 'error' || waitMs <= 0) return;
    // The same words each time, so that it is told once.
    throw new SignalboxError(
      'WORKER_UNAVAILABLE',
      `worker ${this.name} was given up for ${givenUpMs / 1_000} s: ${reason ?? 'it failed'}`,
      { details: { worker: this.name, waitMs } },
    );
  }
}
