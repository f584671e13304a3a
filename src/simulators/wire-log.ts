import { RingBuffer } from '../kernel/index.ts';

/** So many transactions are remembered; the counters count all. */
export const loggedTransactionsMost = 100_000;

/** One request on a simulated wire and what became of it. Times are those of `performance.now()`. */
export interface LoggedTransaction {
  readonly startMs: number;
  /** When the last byte of the reply left; the end of the request when there was none. */
  readonly endMs: number;
  readonly node: number;
  readonly request: Uint8Array;
  readonly reply?: Uint8Array;
  readonly fault?: string;
}

/** A value that a write really changed. */
export interface AppliedWrite {
  readonly node: number;
  readonly process: number;
  readonly parameter: number;
  readonly value: number | string;
}

/** What happened on a simulated wire: the judge of what clients claim. */
export class WireLog {
  readonly #transactions = new RingBuffer<LoggedTransaction>(loggedTransactionsMost);
  readonly #writes = new RingBuffer<AppliedWrite>(loggedTransactionsMost);
  #busyMs = 0;
  #count = 0;
  #firstMs: number | undefined;
  #lastMs = 0;

  add(transaction: LoggedTransaction): void {
    this.#transactions.push(transaction);
    this.#count += 1;
    this.#firstMs ??= transaction.startMs;
    // A request that came while a reply was under way overlaps it, and counts only from its end.
    const fromMs = Math.max(transaction.startMs, this.#lastMs);
    this.#busyMs += Math.max(0, transaction.endMs - fromMs);
    this.#lastMs = Math.max(this.#lastMs, transaction.endMs);
  }

  addWrite(write: AppliedWrite): void {
    this.#writes.push(write);
  }

  get count(): number {
    return this.#count;
  }

  /** The share of the time since the first request in which one was on the wire. */
  get busyShare(): number {
    if (this.#firstMs === undefined || this.#lastMs <= this.#firstMs) return 0;
    return this.#busyMs / (this.#lastMs - this.#firstMs);
  }

  transactions(): LoggedTransaction[] {
    return [...this.#transactions];
  }

  /** The writes that took effect, oldest first. */
  writes(): AppliedWrite[] {
    return [...this.#writes];
  }

  /** Begins to count anew. */
  reset(): void {
    this.#busyMs = 0;
    this.#count = 0;
    this.#firstMs = undefined;
    this.#lastMs = 0;
  }
}
