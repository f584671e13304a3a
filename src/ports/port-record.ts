import { interpretReply } from './transaction.ts';
import type { Clock, Emitter, ErrorCode, Owner, SignalboxError } from '../kernel/index.ts';
import type { Batch } from './batch.ts';
import type { TurnResult } from './conductor.ts';
import type { Pending } from './pending.ts';
import type { PortEvents } from './port-events.ts';
import type { PortCounts, PortStatistics } from './port-status.ts';
import { StatisticsBook } from './statistics.ts';
import type { ProgramCounters, SpanHistograms } from './statistics.ts';
import { Trace, tracedBytes } from './trace.ts';
import type { TraceEntry } from './trace.ts';
import type { Transaction } from './transaction.ts';
import type { Traffic } from './wire.ts';

/** What a port has done: counted, and traced. */
export class PortRecord {
  /** Since the port was made, or its statistics were reset. */
  readonly traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
  readonly #clock: Clock;
  readonly #events: Emitter<PortEvents>;
  readonly #statistics: StatisticsBook;
  readonly #trace: Trace;
  #linkFailures: Partial<Record<ErrorCode, number>> = {};
  #counts = { wireTransactions: 0, merged: 0, retries: 0, quarantined: 0 };

  constructor(clock: Clock, events: Emitter<PortEvents>, tracedMost?: number) {
    this.#trace = new Trace(tracedMost);
    this.#clock = clock;
    this.#events = events;
    this.#statistics = new StatisticsBook(clock);
  }

  /** Oldest first: of the port, or of one instrument on it. */
  trace(scope?: string): TraceEntry[] {
    return this.#trace.entries(scope);
  }

  statistics(name: string, reconnects: number): PortStatistics {
    return { ...this.counts(name, reconnects), owners: this.#statistics.owners() };
  }

  /** The same without what each owner did, for who asks a thousand ports. */
  counts(name: string, reconnects: number): PortCounts {
    const { wireTransactions, merged, retries, quarantined } = this.#counts;
    return {
      name,
      ...this.#statistics.total(),
      wireTransactions,
      mergedOperations: merged,
      retries,
      quarantined,
      ...this.traffic,
      reconnects,
      linkFailuresByCode: { ...this.#linkFailures },
    };
  }

  /** By program and door, in all. */
  programs(): ProgramCounters[] {
    return this.#statistics.programs();
  }

  /** @param boundsMs upper bounds, growing */
  histograms(boundsMs: readonly number[]): SpanHistograms {
    return this.#statistics.histograms(boundsMs);
  }

  /** Begins to count anew; the trace stays. */
  reset(): void {
    Object.assign(this.traffic, { sentBytes: 0, receivedBytes: 0 });
    this.#counts = { wireTransactions: 0, merged: 0, retries: 0, quarantined: 0 };
    this.#linkFailures = {};
    this.#statistics.reset();
  }

  /** The link broke, or could not be opened. */
  linkFailed({ code }: SignalboxError): void {
    this.#linkFailures[code] = (this.#linkFailures[code] ?? 0) + 1;
  }

  wireTransaction(): void {
    this.#counts.wireTransactions += 1;
  }

  /** So many requests were answered by what another put on the wire. */
  merged(requests: number): void {
    this.#counts.merged += requests;
  }

  retried(): void {
    this.#counts.retries += 1;
  }

  /** Counts a request that ended; without a failure it succeeded. */
  ended(request: Pending, failure?: SignalboxError): void {
    const nowMs = this.#clock.monotonic();
    const begunMs = request.begunMs ?? nowMs;
    this.#statistics.add({
      owner: request.by,
      waitMs: begunMs - request.askedMs,
      serviceMs: nowMs - begunMs,
      blocked: request.blocked,
      ...(failure === undefined ? {} : { failure: failure.code }),
    });
    request.trace?.ended(failure);
  }

  /** Counts a read that a kept reply answers, and gives that. */
  answeredFromCache<Reply>(transaction: Transaction<Reply>, kept: unknown, owner: Owner): Reply {
    this.merged(1);
    this.#statistics.add({ owner, waitMs: 0, serviceMs: 0, blocked: false });
    return interpretReply(transaction, kept);
  }

  /** Traces one turn on the wire. */
  turn(batch: Batch, result: TurnResult, startMs: number, endMs: number): void {
    const { label, scope } = batch.transaction;
    const { outcome, request, reply } = result;
    const { requests } = batch;
    let earliest = startMs;
    let attempted = 0;
    for (const { askedMs, attempts } of requests) {
      earliest = Math.min(earliest, askedMs);
      attempted = Math.max(attempted, attempts.length);
    }
    this.#add({
      label,
      ...(scope === undefined ? {} : { scope }),
      owners: requests.map(({ by }) => by),
      waitMs: startMs - earliest,
      serviceMs: endMs - startMs,
      attempts: attempted + 1,
      request: tracedBytes([request]),
      reply,
      outcome: outcome.kind === 'reply' ? 'ok' : outcome.error.code,
    });
  }

  /** Traces bytes that nobody waited for, and that were dropped. */
  quarantined(data: Uint8Array, reason: string): void {
    this.#counts.quarantined += 1;
    this.#add({
      label: reason,
      owners: [],
      waitMs: 0,
      serviceMs: 0,
      attempts: 0,
      request: new Uint8Array(),
      reply: tracedBytes([data]),
      outcome: 'late',
    });
  }

  #add(entry: Omit<TraceEntry, 'sequence' | 'atMs'>): void {
    this.#events.emit('exchange', this.#trace.add({ ...entry, atMs: this.#clock.now() }));
  }
}
