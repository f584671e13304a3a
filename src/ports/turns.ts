import type { Clock, Emitter, Owner } from '../kernel/index.ts';
import { gather } from './batch.ts';
import type { Batch } from './batch.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { Conductor } from './conductor.ts';
import type { HoldWatch } from './hold-watch.ts';
import type { LeaseBook, LeaseWish } from './lease-book.ts';
import type { Lease } from './lease.ts';
import type { LinkKeeper } from './link-keeper.ts';
import type { Pending } from './pending.ts';
import type { PortEvents } from './port-events.ts';
import type { PortRecord } from './port-record.ts';
import type { ServingStatus } from './port-status.ts';
import type { ReplyCache } from './reply-cache.ts';
import type { RequestLine } from './request-line.ts';
import type { Settlement } from './settlement.ts';
import type { Transaction } from './transaction.ts';

/** What taking turns needs of its port. */
export interface TurnsParts {
  readonly clock: Clock;
  readonly events: Emitter<PortEvents>;
  readonly keeper: LinkKeeper;
  readonly conductor: Conductor;
  readonly line: RequestLine;
  readonly book: LeaseBook;
  readonly holds: HoldWatch;
  readonly breaker: CircuitBreaker;
  readonly cache: ReplyCache;
  readonly record: PortRecord;
  readonly settlement: Settlement;
}

/** Whose turn it is: takes them out of the line one after the other, and serves them. */
export class Turns {
  readonly #parts: TurnsParts;
  #serving: { readonly batch: Batch; readonly sinceMs: number } | undefined;
  /** Made when somebody waits until nothing is on the wire and nobody in line. */
  #idle: PromiseWithResolvers<void> | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isAdvancing = false;

  constructor(parts: TurnsParts) {
    this.#parts = parts;
  }

  /** Ends with what is on the wire. */
  get current(): Promise<void> {
    return this.#turn;
  }

  get isServing(): boolean {
    return this.#serving !== undefined;
  }

  /** What is on the wire. */
  get status(): ServingStatus | undefined {
    if (this.#serving === undefined) return undefined;
    const { batch, sinceMs } = this.#serving;
    return { label: batch.transaction.label, owners: this.servedOwners(), sinceMs };
  }

  servedOwners(): Owner[] {
    const batch = this.#serving?.batch;
    return batch === undefined ? [] : batch.requests.map(({ by }) => by);
  }

  /** Whether something is on the wire that was asked under a lease. */
  serves(lease: Lease): boolean {
    const batch = this.#serving?.batch;
    if (batch === undefined) return false;
    return batch.requests.some(({ ask }) => ask.kind === 'transaction' && ask.lease === lease);
  }

  /** Resolves when nothing is on the wire and nobody in line, or after so long. */
  async untilIdle(longestMs: number): Promise<void> {
    if (this.#isIdle()) return;
    const idle = (this.#idle ??= Promise.withResolvers<void>());
    const timer = this.#parts.clock.schedule(longestMs, () => idle.resolve());
    await idle.promise;
    timer.cancel();
  }

  /** Goes on with a link that has opened; what the old one told may hold no more. */
  linkOpened(): void {
    this.#parts.cache.forget(undefined);
    this.#parts.conductor.linkOpened();
    this.advance();
  }

  /**
   * Serves a request that nobody is before; says whether it did. What may share a turn is put in line:
   * others may ask the same at the same time.
   */
  serveAtOnce(request: Pending): boolean {
    const { ask } = request;
    if (ask.kind !== 'transaction' || ask.transaction.merge !== undefined) return false;
    const { line } = this.#parts;
    if (this.#serving !== undefined || line.size > 0 || !this.#mayGo(request)) return false;
    line.pass(request);
    if (!request.isSettled) this.#turn = this.#serve(request, ask.transaction);
    return true;
  }

  /** Lets all that ask at the same time get in line first, so that they can share a turn. */
  advanceSoon(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    queueMicrotask(() => {
      this.#isAdvancing = false;
      this.advance();
    });
  }

  /** Serves whoever's turn it is. Called whenever something has changed that may let somebody go. */
  advance(): void {
    while (this.#serving === undefined) {
      const request = this.#parts.line.take(this.#mayGo);
      if (request === undefined) break;
      const { ask } = request;
      if (ask.kind === 'lease') this.#grant(request, ask.wish);
      else this.#turn = this.#serve(request, ask.transaction);
    }
    if (this.#isIdle()) this.#idle?.resolve();
  }

  #mayGo = (request: Pending): boolean => {
    const { ask, agent, scope } = request;
    const { book, keeper } = this.#parts;
    if (ask.kind === 'lease') return book.isGrantable(ask.wish);
    return keeper.wire !== undefined && book.admits(scope, agent);
  };

  #isIdle(): boolean {
    return this.#serving === undefined && this.#parts.line.size === 0;
  }

  #grant(request: Pending, wish: LeaseWish): void {
    const { book, clock, events, holds, record } = this.#parts;
    const lease = book.grant(wish);
    const status = book.statusOf(lease);
    const nowMs = clock.monotonic();
    const waitedMs = nowMs - request.askedMs;
    request.begin(nowMs);
    record.ended(request);
    request.resolve(lease);
    holds.begin(lease);
    if (status !== undefined) events.emit('leaseGranted', { lease: status, waitedMs });
  }

  async #serve(first: Pending, transaction: Transaction<unknown>): Promise<void> {
    const { breaker, cache, clock, conductor, line, record, settlement } = this.#parts;
    const batch = gather(first, transaction, line.queue, this.#mayGo);
    const { requests } = batch;
    const { scope, merge } = batch.transaction;
    const startMs = clock.monotonic();
    this.#serving = { batch, sinceMs: clock.now() };
    if (scope !== undefined) breaker.sent(scope);
    if (merge === undefined && !batch.isChain) cache.forget(scope);
    // Puts the request on the wire before it returns; what else there is to do follows.
    const turn = conductor.turn(batch.transaction);
    for (const request of requests) request.begin(startMs);
    this.#announce(requests, startMs);
    record.wireTransaction();
    const result = await turn;
    this.#serving = undefined;
    const endMs = clock.monotonic();
    const { outcome } = result;
    if (outcome.kind === 'failure') {
      record.turn(batch, result, startMs, endMs);
      settlement.fail(batch, outcome.error);
      this.advance();
      return;
    }
    // The wire is not kept waiting: while the next request is on it, these are told.
    const { forgotten } = cache;
    this.advance();
    settlement.keep(batch, outcome.reply, forgotten);
    record.turn(batch, result, startMs, endMs);
    settlement.answer(batch, outcome.reply);
  }

  #announce(requests: readonly Pending[], startMs: number): void {
    const { events } = this.#parts;
    if (!events.has('granted')) return;
    for (const { by: owner, label, askedMs } of requests) {
      events.emit('granted', { owner, label, waitedMs: startMs - askedMs });
    }
  }
}
