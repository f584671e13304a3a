import type { Clock, Timer } from './clock.ts';

interface Pending {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that moves only when it is told to: for tests and for simulation. */
export class ManualClock implements Clock {
  #monotonicMs = 0;
  #wallMs: number;
  #order = 0;
  readonly #pending = new Set<Pending>();
  readonly #turn: (() => Promise<unknown>) | undefined;

  /**
   * @param startMs what `now()` says at first, ms since 1970
   * @param turn waited for after each timer as well, where code under test waits for more than
   *   promises: a turn of the event loop. @default nothing
   */
  constructor(startMs = 1_700_000_000_000, turn?: () => Promise<unknown>) {
    this.#wallMs = startMs;
    this.#turn = turn;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  /** How many timers are waiting. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  schedule(delayMs: number, run: () => void): Timer {
    const pending = {
      dueMs: this.#monotonicMs + Math.max(0, delayMs),
      order: this.#order++,
      run,
    };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** Moves time on by `ms`, running what falls due in its order, and lets promises settle between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms;
    await settle();
    for (;;) {
      const next = this.#next(untilMs);
      if (next === undefined) break;
      this.#move(next.dueMs);
      this.#pending.delete(next);
      next.run();
      await settle();
      if (this.#turn === undefined) continue;
      await this.#turn();
      await settle();
    }
    this.#move(untilMs);
  }

  /** Makes wall time jump, as NTP or a person does; monotonic time stays. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  #next(untilMs: number): Pending | undefined {
    let first: Pending | undefined;
    for (const each of this.#pending) {
      if (each.dueMs > untilMs) continue;
      if (
        first === undefined ||
        each.dueMs < first.dueMs ||
        (each.dueMs === first.dueMs && each.order < first.order)
      ) {
        first = each;
      }
    }
    return first;
  }

  #move(toMs: number): void {
    this.#wallMs += toMs - this.#monotonicMs;
    this.#monotonicMs = toMs;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
