import type { Clock } from '../../kernel/index.ts';

/** So many wrong tokens of one address in {@link failureWindowMs} are answered one by one. */
export const failuresMost = 10;
export const failureWindowMs = 60_000;
/** Failures are counted for so many addresses; the one that failed longest ago is forgotten first. */
export const failingAddressesMost = 1_024;

interface Window {
  readonly sinceMs: number;
  failures: number;
}

/** Counts wrong tokens by address. */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one; gives the ms until the address is forgiven when there were too many, else 0. */
  fail(address: string): number {
    const nowMs = this.#clock.monotonic();
    const known = this.#windows.get(address);
    const isOver = known === undefined || nowMs - known.sinceMs >= failureWindowMs;
    const window = isOver ? { sinceMs: nowMs, failures: 0 } : known;
    window.failures += 1;
    this.#windows.delete(address);
    this.#windows.set(address, window);
    this.#forgetOldest();
    return window.failures > failuresMost ? window.sinceMs + failureWindowMs - nowMs : 0;
  }

  #forgetOldest(): void {
    if (this.#windows.size <= failingAddressesMost) return;
    for (const address of this.#windows.keys()) {
      this.#windows.delete(address);
      return;
    }
  }
}
