/** How often something may be started again. */
export interface RestartBudgetOptions {
  /** So many restarts within the time; one more is too many. @default 5 */
  readonly restartsMost?: number;
  /** Time in which it ran: pauses and starts do not count, so that what starts slowly is given up as well. @default 5_000 */
  readonly withinMs?: number;
}

/** Tells a crash from something that cannot run: by how many crashes come in so much time of running. */
export class RestartBudget {
  readonly #restartsMost: number;
  readonly #withinMs: number;
  #ranMs = 0;
  /** When it was started again, in time that it ran. */
  #restarts: number[] = [];

  constructor({ restartsMost = 5, withinMs = 5_000 }: RestartBudgetOptions = {}) {
    this.#restartsMost = restartsMost;
    this.#withinMs = withinMs;
  }

  /** Takes one restart out. @param ranMs how long it ran before it crashed @returns whether there was one left */
  take(ranMs: number): boolean {
    this.#ranMs += ranMs;
    this.#restarts = this.#restarts.filter((atMs) => this.#ranMs - atMs < this.#withinMs);
    if (this.#restarts.length >= this.#restartsMost) return false;
    this.#restarts.push(this.#ranMs);
    return true;
  }

  reset(): void {
    this.#restarts = [];
  }
}
