import type { Clock } from './clock.ts';

/** How often something may be started again. */
export interface RestartBudgetOptions {
  /** So many restarts within the time; one more is too many. @default 5 */
  readonly restartsMost?: number;
  /** @default 5_000 */
  readonly withinMs?: number;
}

/** Tells a crash from something that cannot run: by how many crashes come in so much time. */
export class RestartBudget {
  readonly #clock: Clock;
  readonly #restartsMost: number;
  readonly #withinMs: number;
  #restarts: number[] = [];

  constructor(clock: Clock, { restartsMost = 5, withinMs = 5_000 }: RestartBudgetOptions = {}) {
    this.#clock = clock;
    this.#restartsMost = restartsMost;
    this.#withinMs = withinMs;
  }

  /** Takes one restart out. @returns whether there was one left */
  take(): boolean {
    const now = this.#clock.monotonic();
    this.#restarts = this.#restarts.filter((atMs) => now - atMs < this.#withinMs);
    if (this.#restarts.length >= this.#restartsMost) return false;
    this.#restarts.push(now);
    return true;
  }

  reset(): void {
    this.#restarts = [];
  }
}
