import { RingBuffer } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import type { RefusedWait } from '../../locks/index.ts';

/** So many are kept. */
export const deadlocksKeptMost = 50;

/** A wait that was refused because it would have been a deadlock. */
export interface Deadlock {
  /** When, ms since 1970. */
  readonly atMs: number;
  /** Who would have waited. */
  readonly owner: Owner;
  /** For what: `port bus`. */
  readonly resource: string;
  /** The cycle in words. */
  readonly message: string;
  /** Who waits for what, held by whom. */
  readonly cycle: unknown;
}

/** The deadlocks that were refused of late. */
export class DeadlockLog {
  readonly #clock: Clock;
  readonly #kept = new RingBuffer<Deadlock>(deadlocksKeptMost);
  #total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many there were since the start. */
  get total(): number {
    return this.#total;
  }

  add({ owner, resource, error }: RefusedWait): void {
    const { message, details } = error;
    const atMs = this.#clock.now();
    this.#total += 1;
    this.#kept.push({ atMs, owner, resource, message, cycle: details['cycle'] });
  }

  /** Oldest first. */
  entries(): Deadlock[] {
    return [...this.#kept];
  }
}
