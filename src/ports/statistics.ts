import { build } from 'hdr-histogram-js';
import type { JsHistogram as Histogram } from 'hdr-histogram-js';
import type { Clock, ErrorCode, Owner } from '../kernel/index.ts';

/** Statistics are kept for so many owners; the one that asked longest ago goes first. */
export const countedOwnersMost = 256;
/** Longer waits and services are counted as this long. */
export const longestCountedMs = 600_000;

/** What is counted by program and door: so many pairs, those who come later together as one. */
export const namedProgramsMost = 100;
/** The name of those programs and doors. */
const others = 'other';

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

/** What all owners of one program by one door did, also those that are gone. Grows only, until a reset. */
export interface ProgramCounters {
  /** `other` for all beyond {@link namedProgramsMost}. */
  readonly program: string;
  readonly door: string;
  readonly operations: number;
  readonly failures: number;
  /** How long they waited, and were served, in all. */
  readonly waitedMs: number;
  readonly servedMs: number;
}

/** How many spans were at most as long as each bound. */
export interface SpanHistogram {
  /** One for each bound, each with those before; within 6 % of the bound. */
  readonly atMost: readonly number[];
  readonly count: number;
  readonly sumMs: number;
}

/** Of a port. */
export interface SpanHistograms {
  readonly wait: SpanHistogram;
  readonly service: SpanHistogram;
}

class Tally {
  readonly #clock: Clock;
  readonly #wait: Histogram;
  readonly #service: Histogram;
  readonly #failuresByCode: Partial<Record<ErrorCode, number>> = {};
  #successes = 0;
  #failures = 0;
  #blockedAttempts = 0;
  #waitedMs = 0;
  #servedMs = 0;
  #lastOperationMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wait = histogram();
    this.#service = histogram();
  }

  add(ended: EndedRequest): void {
    this.#wait.recordValue(microseconds(ended.waitMs));
    this.#service.recordValue(microseconds(ended.serviceMs));
    this.#waitedMs += ended.waitMs;
    this.#servedMs += ended.serviceMs;
    if (ended.blocked) this.#blockedAttempts += 1;
    this.#lastOperationMs = this.#clock.now();
    if (ended.failure === undefined) {
      this.#successes += 1;
      return;
    }
    this.#failures += 1;
    this.#failuresByCode[ended.failure] = (this.#failuresByCode[ended.failure] ?? 0) + 1;
  }

  /** Counts all that another one has counted, too. */
  addAll(other: Tally): void {
    this.#wait.add(other.#wait);
    this.#service.add(other.#service);
    this.#successes += other.#successes;
    this.#failures += other.#failures;
    this.#blockedAttempts += other.#blockedAttempts;
    this.#waitedMs += other.#waitedMs;
    this.#servedMs += other.#servedMs;
    for (const [code, count] of Object.entries(other.#failuresByCode) as [ErrorCode, number][]) {
      this.#failuresByCode[code] = (this.#failuresByCode[code] ?? 0) + count;
    }
    if (other.#lastOperationMs === undefined) return;
    this.#lastOperationMs = Math.max(this.#lastOperationMs ?? 0, other.#lastOperationMs);
  }

  histograms(boundsMs: readonly number[]): SpanHistograms {
    return {
      wait: { ...countedIn(this.#wait, boundsMs), sumMs: this.#waitedMs },
      service: { ...countedIn(this.#service, boundsMs), sumMs: this.#servedMs },
    };
  }

  sums(): Omit<ProgramCounters, 'program' | 'door'> {
    return {
      operations: this.#successes + this.#failures,
      failures: this.#failures,
      waitedMs: this.#waitedMs,
      servedMs: this.#servedMs,
    };
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

/**
 * Counts what a port did for each owner, in bounded memory. The whole is put together when somebody asks
 * for it, which is seldom.
 */
export class StatisticsBook {
  readonly #clock: Clock;
  readonly #owners = new Map<string, { readonly owner: Owner; readonly tally: Tally }>();
  /** What owners did that are no longer kept apart: by program, and in all. */
  readonly #gone = new Map<string, ProgramCounters>();
  #goneTally: Tally | undefined;
  /** Put together for who asked last, until something is counted. */
  #whole: Tally | undefined;
  /** The last of the owners: most often it is the next one, too. */
  #latest: { readonly owner: Owner; readonly tally: Tally } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(ended: EndedRequest): void {
    const { owner } = ended;
    this.#whole = undefined;
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
    for (const [oldest, { owner: gone, tally }] of this.#owners) {
      this.#owners.delete(oldest);
      addTo(this.#gone, gone, tally.sums());
      this.#goneTally ??= new Tally(this.#clock);
      this.#goneTally.addAll(tally);
      break;
    }
  }

  total(): Counters {
    return this.#total().counters();
  }

  /** The owner that asked last comes last. */
  owners(): OwnerCounters[] {
    return Array.from(this.#owners.values(), ({ owner, tally }) => ({
      owner,
      ...tally.counters(),
    }));
  }

  /** By program and door. */
  programs(): ProgramCounters[] {
    const programs = new Map(this.#gone);
    for (const { owner, tally } of this.#owners.values()) addTo(programs, owner, tally.sums());
    return [...programs.values()];
  }

  /** @param boundsMs upper bounds, growing */
  histograms(boundsMs: readonly number[]): SpanHistograms {
    return this.#total().histograms(boundsMs);
  }

  reset(): void {
    this.#whole = undefined;
    this.#goneTally = undefined;
    this.#gone.clear();
    this.#owners.clear();
    this.#latest = undefined;
  }

  #total(): Tally {
    if (this.#whole !== undefined) return this.#whole;
    const tallies = Array.from(this.#owners.values(), ({ tally }) => tally);
    if (this.#goneTally !== undefined) tallies.push(this.#goneTally);
    const [only] = tallies;
    if (only !== undefined && tallies.length === 1) return only;
    const total = new Tally(this.#clock);
    for (const tally of tallies) total.addAll(tally);
    this.#whole = total;
    return total;
  }
}

function histogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: longestCountedMs * 1_000,
    numberOfSignificantValueDigits: 1,
    bitBucketSize: 32,
    autoResize: false,
    // Not the one in WebAssembly, which has to be loaded first.
  }) as Histogram;
}

function addTo(
  programs: Map<string, ProgramCounters>,
  owner: Owner,
  more: Omit<ProgramCounters, 'program' | 'door'>,
): void {
  const own = `${owner.door} ${owner.program}`;
  const isNamed = programs.has(own) || programs.size < namedProgramsMost;
  const key = isNamed ? own : others;
  const { program, door } = isNamed ? owner : { program: others, door: others };
  const { operations = 0, failures = 0, waitedMs = 0, servedMs = 0 } = programs.get(key) ?? {};
  programs.set(key, {
    program,
    door,
    operations: operations + more.operations,
    failures: failures + more.failures,
    waitedMs: waitedMs + more.waitedMs,
    servedMs: servedMs + more.servedMs,
  });
}

/** The histogram's own buckets, by their middle. */
function countedIn(
  histogram: Histogram,
  boundsMs: readonly number[],
): Pick<SpanHistogram, 'atMost' | 'count'> {
  const atMost = boundsMs.map(() => 0);
  let place = 0;
  let before = 0;
  for (let index = 0; index < histogram.countsArrayLength; index += 1) {
    const count = histogram.getCountAtIndex(index);
    if (count === 0) continue;
    const middleMs = histogram.medianEquivalentValue(histogram.valueFromIndex(index)) / 1_000;
    while (place < boundsMs.length && middleMs > (boundsMs[place] ?? Infinity)) {
      atMost[place] = before;
      place += 1;
    }
    before += count;
  }
  return { atMost: atMost.fill(before, place), count: histogram.totalCount };
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
