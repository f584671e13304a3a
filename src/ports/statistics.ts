import { build } from 'hdr-histogram-js';
import type { Histogram } from 'hdr-histogram-js';
import type { Clock, ErrorCode, Owner } from '../kernel/index.ts';

/** Statistics are kept for so many owners; the one that asked longest ago goes first. */
export const countedOwnersMost = 256;
/** Longer waits and services are counted as this long. */
export const longestCountedMs = 600_000;

/** How a span of time is distributed, in milliseconds. */
export interface Distribution {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** What was counted, of a port or of one owner on it. */
export interface Counters {
  /** Requests that ended, however they ended. */
  readonly operations: number;
  readonly successes: number;
  readonly failures: number;
  /** Failures by error code. */
  readonly failuresByCode: Readonly<Partial<Record<ErrorCode, number>>>;
  /** Requests that could not go at once because others were on the wire, in line or held a lease. */
  readonly blockedAttempts: number;
  /** From asking to the first byte of the request. */
  readonly wait: Distribution;
  /** From the first byte of the request to the last of the reply, with all attempts. */
  readonly service: Distribution;
  /** When the last request ended, ms since 1970; absent before the first. */
  readonly lastOperationMs?: number;
}

/** The counters of one owner. */
export interface OwnerCounters extends Counters {
  readonly owner: Owner;
}

/** One request that ended. */
export interface EndedRequest {
  readonly owner: Owner;
  readonly waitMs: number;
  readonly serviceMs: number;
  readonly blocked: boolean;
  /** Absent when it succeeded. */
  readonly failure?: ErrorCode;
}

class Tally {
  readonly #clock: Clock;
  readonly #wait: Histogram;
  readonly #service: Histogram;
  readonly #failuresByCode: Partial<Record<ErrorCode, number>> = {};
  #successes = 0;
  #failures = 0;
  #blockedAttempts = 0;
  #lastOperationMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wait = histogram();
    this.#service = histogram();
  }

  add(ended: EndedRequest): void {
    this.#wait.recordValue(microseconds(ended.waitMs));
    this.#service.recordValue(microseconds(ended.serviceMs));
    if (ended.blocked) this.#blockedAttempts += 1;
    this.#lastOperationMs = this.#clock.now();
    if (ended.failure === undefined) {
      this.#successes += 1;
      return;
    }
    this.#failures += 1;
    this.#failuresByCode[ended.failure] = (this.#failuresByCode[ended.failure] ?? 0) + 1;
  }

  counters(): Counters {
    return {
      operations: this.#successes + this.#failures,
      successes: this.#successes,
      failures: this.#failures,
      failuresByCode: { ...this.#failuresByCode },
      blockedAttempts: this.#blockedAttempts,
      wait: distribution(this.#wait),
      service: distribution(this.#service),
      ...(this.#lastOperationMs === undefined ? {} : { lastOperationMs: this.#lastOperationMs }),
    };
  }
}

/** Counts what a port did, in all and for each owner, in bounded memory. */
export class StatisticsBook {
  readonly #clock: Clock;
  readonly #owners = new Map<string, { readonly owner: Owner; readonly tally: Tally }>();
  #total: Tally;
  /** The last of the owners: most often it is the next one, too. */
  #latest: { readonly owner: Owner; readonly tally: Tally } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#total = new Tally(clock);
  }

  add(ended: EndedRequest): void {
    this.#total.add(ended);
    const { owner } = ended;
    if (this.#latest?.owner.id === owner.id) {
      this.#latest.tally.add(ended);
      return;
    }
    const known = this.#owners.get(owner.id) ?? { owner, tally: new Tally(this.#clock) };
    this.#owners.delete(owner.id);
    this.#owners.set(owner.id, known);
    this.#latest = known;
    known.tally.add(ended);
    if (this.#owners.size <= countedOwnersMost) return;
    for (const oldest of this.#owners.keys()) {
      this.#owners.delete(oldest);
      break;
    }
  }

  total(): Counters {
    return this.#total.counters();
  }

  /** The owner that asked last comes last. */
  owners(): OwnerCounters[] {
    return Array.from(this.#owners.values(), ({ owner, tally }) => ({
      owner,
      ...tally.counters(),
    }));
  }

  reset(): void {
    this.#total = new Tally(this.#clock);
    this.#owners.clear();
    this.#latest = undefined;
  }
}

function histogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: longestCountedMs * 1_000,
    numberOfSignificantValueDigits: 1,
    bitBucketSize: 32,
    autoResize: false,
  });
}

function microseconds(ms: number): number {
  return Math.max(1, Math.min(Math.round(ms * 1_000), longestCountedMs * 1_000 - 1));
}

function distribution(histogram: Histogram): Distribution {
  if (histogram.totalCount === 0) return { p50Ms: 0, p99Ms: 0, longestMs: 0 };
  return {
    p50Ms: histogram.getValueAtPercentile(50) / 1_000,
    p99Ms: histogram.getValueAtPercentile(99) / 1_000,
    longestMs: histogram.maxValue / 1_000,
  };
}
