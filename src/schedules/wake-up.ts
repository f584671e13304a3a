import type { Clock, Timer } from '../kernel/index.ts';

/**
 * It looks at the clock so often at least while it waits: a machine that slept, or whose clock was set,
 * is noticed by then. Timers of the system do not run on while it sleeps.
 */
export const lookLongestMs = 60_000;
/** A smaller difference of wall time and time that went by is no step of the clock. */
export const clockStepLeastMs = 1_000;

/** Calls back at an instant of wall time, never early, and tells of steps of the clock. */
export class WakeUp implements Disposable {
  readonly #clock: Clock;
  readonly #run: (clockStepMs: number) => void;
  #timer: Timer | undefined;
  #armed: { readonly wallMs: number; readonly monotonicMs: number };

  /**
   * @param run called when the time has come, or the clock was looked at. `clockStepMs` is by how much
   *   the clock was put forward or back meanwhile, or how long the machine slept; 0 for neither
   */
  constructor(clock: Clock, run: (clockStepMs: number) => void) {
    this.#clock = clock;
    this.#run = run;
    this.#armed = { wallMs: clock.now(), monotonicMs: clock.monotonic() };
  }

  /** Replaces the time before. @param atMs undefined when there is nothing to wait for */
  set(atMs: number | undefined): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (atMs === undefined) return;
    // A wait of less than a millisecond would be one of none, and be over early.
    const delayMs = Math.max(1, Math.ceil(atMs - this.#clock.now()));
    this.#timer = this.#clock.schedule(Math.min(delayMs, lookLongestMs), () => {
      this.#timer = undefined;
      this.#run(this.clockStep());
    });
  }

  /** By how much the clock was set since this was asked last; 0 for less than can be told. */
  clockStep(): number {
    const { wallMs, monotonicMs } = this.#armed;
    const now = { wallMs: this.#clock.now(), monotonicMs: this.#clock.monotonic() };
    this.#armed = now;
    const stepMs = now.wallMs - wallMs - (now.monotonicMs - monotonicMs);
    return Math.abs(stepMs) < clockStepLeastMs ? 0 : Math.round(stepMs);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }
}
