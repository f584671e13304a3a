import type { Agent } from './agent.ts';
import type { LockStatistics } from './lock-status.ts';
import type { WaitStatistics } from './wait-line.ts';

/** One who holds one side of a lock. */
export interface Holder {
  readonly agent: Agent | undefined;
  /** Monotonic. */
  readonly startedMs: number;
}

/** Numbers that mean no hold. */
const nobody = 0;

/**
 * Who holds one side of a lock, the oldest first, and what was counted of them.
 *
 * One alone, which is the most frequent case, is kept in fields: an object that is made for each hold
 * and linked to one that lives long costs the collector more than the rest of an uncontended lock.
 */
export class Holders {
  /** All of them, while there are several; else the one that is left of several, or nobody. */
  readonly #several = new Map<number, Holder>();
  #alone = nobody;
  #aloneAgent: Agent | undefined;
  #aloneStartedMs = 0;
  #last = nobody;
  #size = 0;
  #acquisitions = 0;
  #totalHoldMs = 0;
  #longestHoldMs = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns the number that {@link remove} takes */
  add(agent: Agent | undefined, nowMs: number): number {
    this.#last += 1;
    this.#size += 1;
    this.#acquisitions += 1;
    if (this.#size === 1) {
      this.#alone = this.#last;
      this.#aloneAgent = agent;
      this.#aloneStartedMs = nowMs;
    } else {
      this.#moveAlone();
      this.#several.set(this.#last, { agent, startedMs: nowMs });
    }
    return this.#last;
  }

  /** @returns who it was */
  remove(number: number, nowMs: number): Agent | undefined {
    this.#size -= 1;
    if (number === this.#alone) {
      const agent = this.#aloneAgent;
      this.#alone = nobody;
      this.#aloneAgent = undefined;
      this.#count(nowMs - this.#aloneStartedMs);
      return agent;
    }
    const holder = this.#several.get(number);
    this.#several.delete(number);
    if (holder !== undefined) this.#count(nowMs - holder.startedMs);
    return holder?.agent;
  }

  isHeldBy(by: Agent | undefined): boolean {
    if (by === undefined || this.#size === 0) return false;
    for (const { agent } of this.all())
      if (agent !== undefined && by.descendsFrom(agent)) return true;
    return false;
  }

  all(): readonly Holder[] {
    if (this.#alone === nobody) return [...this.#several.values()];
    return [{ agent: this.#aloneAgent, startedMs: this.#aloneStartedMs }];
  }

  statistics(waits: WaitStatistics): LockStatistics {
    return {
      ...waits,
      acquisitions: this.#acquisitions,
      totalHoldMs: this.#totalHoldMs,
      longestHoldMs: this.#longestHoldMs,
    };
  }

  #moveAlone(): void {
    if (this.#alone === nobody) return;
    const holder = { agent: this.#aloneAgent, startedMs: this.#aloneStartedMs };
    this.#several.set(this.#alone, holder);
    this.#alone = nobody;
    this.#aloneAgent = undefined;
  }

  #count(heldMs: number): void {
    this.#totalHoldMs += heldMs;
    if (heldMs > this.#longestHoldMs) this.#longestHoldMs = heldMs;
  }
}
