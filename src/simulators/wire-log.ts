import { RingBuffer } from '../kernel/index.ts';

/** So many transactions are remembered, the newest; the counters count all. */
export const loggedTransactionsMost = 5_000;
/** So many writes are remembered, the newest; how many were dropped for them is told. */
export const loggedWritesMost = 20_000;

/** One request on a simulated wire and what became of it. Times are those of `performance.now()`, of the simulator's thread. */
export interface LoggedTransaction {
  readonly startMs: number;
  /** When the last byte of the reply was due; the end of the request when there was none. */
  readonly endMs: number;
  /** How much later than due the reply left. */
  readonly lateMs?: number;
  /** 0 where an instrument is alone on its wire. */
  readonly node: number;
  readonly request: Uint8Array;
  /** What the request says, where its protocol has messages. */
  readonly decoded?: unknown;
  readonly reply?: Uint8Array;
  /** What was done to the reply, or why there was none. */
  readonly fault?: string;
}

/** A value that a write really changed. */
export interface AppliedWrite {
  readonly node: number;
  readonly process: number;
  readonly parameter: number;
  readonly value: number | string;
}

/** What a simulator has seen on its wire since the log began. */
export interface SimulatorReport {
  readonly transactions: number;
  /** Requests that came when the instrument had no room for them. */
  readonly lost: number;
  /** The share of the time in which a transaction was on the wire. */
  readonly busyShare: number;
  /** How much later than due a reply left at the worst. */
  readonly longestLateMs: number;
  /** The writes that took effect, oldest first. */
  readonly writes: readonly AppliedWrite[];
  /** How many older writes were dropped. While it is 0, `writes` has all. */
  readonly writesDropped: number;
  /** How often each node was asked to wink, since it started. */
  readonly winks: Readonly<Record<number, number>>;
}

/** What happened on a simulated wire: the judge of what clients claim. */
export class WireLog {
  #transactions = new RingBuffer<LoggedTransaction>(loggedTransactionsMost);
  #writes = new RingBuffer<AppliedWrite>(loggedWritesMost);
  #busyMs = 0;
  #count = 0;
  #firstMs: number | undefined;
  #lastMs = 0;
  #longestLateMs = 0;
  #lost = 0;

  add(transaction: LoggedTransaction): void {
    this.#transactions.push(transaction);
    this.#count += 1;
    this.#firstMs ??= transaction.startMs;
    this.#longestLateMs = Math.max(this.#longestLateMs, transaction.lateMs ?? 0);
    // What overlaps an earlier transaction counts only from that one's end.
    const fromMs = Math.max(transaction.startMs, this.#lastMs);
    this.#busyMs += Math.max(0, transaction.endMs - fromMs);
    this.#lastMs = Math.max(this.#lastMs, transaction.endMs);
  }

  addWrite(write: AppliedWrite): void {
    this.#writes.push(write);
  }

  /** A request came when the instrument had no room for it. */
  addLost(): void {
    this.#lost += 1;
  }

  /**
   * The share of the time from the first request to the end of the last transaction in which one was
   * on the wire: from the first byte of its request to the last of its reply, as the wire paces them.
   * That a reply left later than due does not count as being busy.
   */
  get busyShare(): number {
    if (this.#firstMs === undefined || this.#lastMs <= this.#firstMs) return 0;
    return this.#busyMs / (this.#lastMs - this.#firstMs);
  }

  transactions(): LoggedTransaction[] {
    return [...this.#transactions];
  }

  report(): Omit<SimulatorReport, 'winks'> {
    return {
      transactions: this.#count,
      lost: this.#lost,
      busyShare: this.busyShare,
      longestLateMs: this.#longestLateMs,
      writes: [...this.#writes],
      writesDropped: this.#writes.dropped,
    };
  }

  /** Forgets all and begins to count anew. */
  reset(): void {
    this.#transactions = new RingBuffer(loggedTransactionsMost);
    this.#writes = new RingBuffer(loggedWritesMost);
    this.#busyMs = 0;
    this.#count = 0;
    this.#firstMs = undefined;
    this.#lastMs = 0;
    this.#longestLateMs = 0;
    this.#lost = 0;
  }
}
