/** A timer that can be taken back. */
export interface Timer {
  cancel(): void;
}

/** Where time comes from. Passed in, so that tests move it instead of sleeping. */
export interface Clock {
  /** Milliseconds since 1970, as people read it; may jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
  /**
   * Calls `run` once after `delayMs` of monotonic time. Delays beyond {@link longestTimerMs} are
   * cut into pieces, because a platform timer fires at once when its delay overflows.
   */
  schedule(delayMs: number, run: () => void): Timer;
}

/** The longest delay that one platform timer holds (2^31 - 1 ms, 24.8 days). */
export const longestTimerMs = 2_147_483_647;

class PlatformTimer implements Timer {
  #handle: ReturnType<typeof setTimeout> | undefined;

  constructor(delayMs: number, run: () => void) {
    this.#arm(delayMs, run);
  }

  #arm(delayMs: number, run: () => void): void {
    const pieceMs = Math.min(Math.max(delayMs, 0), longestTimerMs);
    this.#handle = setTimeout(() => {
      if (delayMs > pieceMs) this.#arm(delayMs - pieceMs, run);
      else run();
    }, pieceMs);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (delayMs, run) => new PlatformTimer(delayMs, run),
};
