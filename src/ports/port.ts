import { Emitter, SignalboxError, systemClock } from '../kernel/index.ts';
import type { Clock, Owner, Timer } from '../kernel/index.ts';
import type { LinkFactory } from '../links/index.ts';
import { agentOf, currentAgent, MemoryTokenSource, WaitGraph } from '../locks/index.ts';
import type { LockMode, TokenSource } from '../locks/index.ts';
import { gather, requestsOf } from './batch.ts';
import type { Batch } from './batch.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { Conductor } from './conductor.ts';
import { LeaseBook } from './lease-book.ts';
import type { Lease } from './lease.ts';
import { LinkKeeper } from './link-keeper.ts';
import type { LinkState } from './link-keeper.ts';
import { Pending } from './pending.ts';
import type { Ask } from './pending.ts';
import { longHoldMs } from './port-events.ts';
import type { PortEvents } from './port-events.ts';
import type { PortStatistics, PortStatus } from './port-status.ts';
import { PortRecord } from './port-record.ts';
import { RawChannel } from './raw-channel.ts';
import { ReplyCache } from './reply-cache.ts';
import { RequestLine } from './request-line.ts';
import type { Resynchronization } from './resynchronization.ts';
import { defaultRetryBudget } from './retry-budget.ts';
import type { RetryBudget } from './retry-budget.ts';
import { Settlement } from './settlement.ts';
import type { TraceEntry } from './trace.ts';
import type { Priority, Transaction } from './transaction.ts';

/** How long a request waits for its turn unless it says otherwise. */
export const waitDefaultMs = 10_000;
/** How long an orderly end waits for what is in line; then it fails with CLOSED. */
export const drainLongestMs = 10_000;

export interface PortOptions {
  /** As people know it: `bus`. */
  readonly name: string;
  readonly link: LinkFactory;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Where fencing tokens come from. @default a source that ends with the process */
  readonly tokens?: TokenSource;
  /** One for all ports that a program may hold together. @default one of its own */
  readonly graph?: WaitGraph;
  /** @default close the link and open it again, which is safe for every protocol */
  readonly resynchronization?: Resynchronization;
  /** For reads whose reply is lost. @default 2 repetitions after 0.1 and 0.2 s */
  readonly retry?: RetryBudget;
}

export interface TransactOptions {
  /** Takes the request back. What is on the wire by then is finished, its reply dropped. */
  readonly signal?: AbortSignal;
  /** How long it may be in line. @default {@link waitDefaultMs} */
  readonly waitMs?: number;
  /** Uses this lease. */
  readonly lease?: Lease;
  /** @default the transaction's, else `interactive` */
  readonly priority?: Priority;
  /**
   * Breaks the leases that are in its way, for this reason, which the audit keeps. Only for owners who
   * have the right to, and for what cannot wait.
   */
  readonly breakLeases?: string;
}

export interface LeaseOptions {
  readonly by: Owner;
  /** @default 'exclusive' */
  readonly mode?: LockMode;
  /** One instrument of the port. @default the whole port */
  readonly scope?: string;
  /** How long it may be in line. */
  readonly waitMs: number;
  /** After how long it ends unless it is renewed. */
  readonly holdMs: number;
  /** Takes the wish back. */
  readonly signal?: AbortSignal;
  /** The connection that it belongs to: the lease ends when this aborts. */
  readonly boundTo?: AbortSignal;
}

/**
 * The one owner of a link. Any number of owners hand it transactions; it puts them on the wire one at
 * a time, in fair order, and gives each its own reply.
 */
export class Port implements AsyncDisposable {
  readonly name: string;
  readonly events: Emitter<PortEvents> = new Emitter<PortEvents>();
  readonly #address: string;
  readonly #clock: Clock;
  readonly #life = new AbortController();
  readonly #keeper: LinkKeeper;
  readonly #book: LeaseBook;
  readonly #line: RequestLine;
  readonly #conductor: Conductor;
  readonly #breaker: CircuitBreaker;
  readonly #cache: ReplyCache;
  readonly #record: PortRecord;
  readonly #settlement: Settlement;
  readonly #holdTimers = new Map<Lease, Timer>();
  #serving: { readonly batch: Batch; readonly sinceMs: number } | undefined;
  /** Made when somebody waits until nothing is on the wire and nobody in line. */
  #idle: PromiseWithResolvers<void> | undefined;
  /** Ends with what is on the wire. */
  #turn: Promise<void> = Promise.resolve();
  #refusal: SignalboxError | undefined;
  #isAdvancing = false;

  constructor(options: PortOptions) {
    this.name = options.name;
    this.#address = options.link.address;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    this.#breaker = new CircuitBreaker(clock);
    this.#cache = new ReplyCache(clock);
    this.#record = new PortRecord(clock, this.events);
    this.#keeper = new LinkKeeper(options.link, clock, {
      changed: (state, reason) => this.#linkChanged(state, reason),
      quarantined: (data, reason) => this.#record.quarantined(data, reason),
    });
    this.#conductor = new Conductor(
      this.#keeper,
      clock,
      options.resynchronization ?? { kind: 'reconnect' },
      this.#life.signal,
    );
    this.#line = new RequestLine({
      portName: options.name,
      clock,
      graph: options.graph ?? new WaitGraph(),
      holdersAgainst: (request) => this.#book.holdersAgainst(request.scope, request.agent),
      trouble: () => this.#keeper.reason,
      serving: () => this.#servedOwners(),
      ended: (request, error) => this.#settlement.end(request, error),
      arrived: () => this.#advanceSoon(),
    });
    this.#settlement = new Settlement({
      clock,
      events: this.events,
      line: this.#line,
      breaker: this.#breaker,
      cache: this.#cache,
      record: this.#record,
      retry: options.retry ?? defaultRetryBudget,
      isOpenToAll: () => this.#refusal === undefined,
    });
    this.#book = new LeaseBook({
      portName: options.name,
      clock,
      tokens: options.tokens ?? new MemoryTokenSource(),
      isWaitedFor: (scope) => this.#line.isWaitedFor(scope),
      listener: {
        freed: () => this.#advance(),
        ended: (lease, end) => {
          this.#holdTimers.get(lease)?.cancel();
          this.#holdTimers.delete(lease);
          this.#line.turnAway(
            lease.lost.reason as SignalboxError,
            ({ ask }) => ask.kind === 'transaction' && ask.lease === lease,
          );
          this.events.emit('leaseEnded', { lease, end });
        },
      },
      host: {
        transact: (transaction, by, transactOptions) =>
          this.transact(transaction, by, transactOptions),
        validate: (lease) => this.#book.validate(lease),
        renew: (lease, holdMs) => this.#book.renew(lease, holdMs),
        release: (lease) => this.#releaseLease(lease),
        raw: (lease) => this.#raw(lease),
      },
    });
  }

  /** Where its link leads. */
  get address(): string {
    return this.#address;
  }

  /** Starts to open the link; returns at once. From then on it is kept open without end. */
  open(): void {
    this.#refusal = undefined;
    this.#keeper.open();
  }

  /**
   * Puts a transaction in line and gives its reply.
   * @throws what the transaction's reader makes of a refusal; WAIT_TIMEOUT, CANCELLED, DEADLOCK,
   *   LEASE_LOST, QUEUE_FULL, INSTRUMENT_TIMEOUT, INSTRUMENT_OFFLINE, REPLY_MALFORMED,
   *   OUTCOME_UNKNOWN, PORT_ABSENT, PORT_BUSY, PORT_RELEASED, CLOSED and the LINK codes
   */
  async transact<Reply>(
    transaction: Transaction<Reply>,
    by: Owner,
    options: TransactOptions = {},
  ): Promise<Reply> {
    const { lease } = options;
    const { scope, merge, maxAgeMs = 0 } = transaction;
    if (this.#refusal !== undefined) throw this.#refusal;
    if (lease !== undefined) this.#checkLease(lease, scope, transaction.label);
    if (merge !== undefined && maxAgeMs > 0) {
      const kept = this.#cache.get(merge.key, maxAgeMs);
      if (kept !== undefined) return this.#record.answeredFromCache(transaction, kept.reply, by);
    }
    const offline = scope === undefined ? undefined : this.#breaker.refusal(scope);
    if (offline !== undefined) throw offline;
    const request = this.#pending(
      { kind: 'transaction', transaction, lease },
      by,
      transaction.label,
      scope,
      options.priority ?? transaction.priority ?? 'interactive',
      options,
    );
    if (request.priority === 'safety') {
      this.events.emit('audit', { action: 'safety', owner: by, label: transaction.label });
    }
    if (options.breakLeases !== undefined) {
      for (const { id } of this.#book.leasesAgainst(scope, request.agent)) {
        this.breakLease(id, by, options.breakLeases);
      }
    }
    return (await this.#ask(request)) as Reply;
  }

  /**
   * Holds the port, or one instrument of it. Dispose or release the lease when done.
   * @throws WAIT_TIMEOUT, CANCELLED, DEADLOCK, QUEUE_FULL, BAD_ARGUMENT, PORT_RELEASED, CLOSED
   */
  async lease(options: LeaseOptions): Promise<Lease> {
    const { by, scope, mode = 'exclusive', holdMs, boundTo } = options;
    if (this.#refusal !== undefined) throw this.#refusal;
    const agent = currentAgent() ?? agentOf(by);
    const wish = { by, agent, mode, holdMs, ...(scope === undefined ? {} : { scope }) };
    const label = `a lease of ${scope ?? `port ${this.name}`}`;
    const request = this.#pending(
      { kind: 'lease', wish },
      by,
      label,
      scope,
      'interactive',
      options,
    );
    const lease = (await this.#ask(request)) as Lease;
    const left = (): void => void this.#book.end(lease, 'disconnected');
    if (boundTo?.aborted === true) left();
    else boundTo?.addEventListener('abort', left, { once: true, signal: lease.lost });
    return lease;
  }

  /** All leases that are held. */
  leases(): Lease[] {
    return this.#book.leases();
  }

  /**
   * Takes a lease away from its holder; kept in the audit.
   * @throws NOT_FOUND
   */
  breakLease(leaseId: string, by: Owner, reason: string): void {
    const lease = this.#book.find(leaseId);
    if (lease === undefined) {
      throw new SignalboxError('NOT_FOUND', `port ${this.name} has no lease '${leaseId}'`);
    }
    const label = `lease ${leaseId}`;
    this.events.emit('audit', { action: 'break-lease', owner: by, label, reason });
    this.#book.end(lease, 'broken');
  }

  /** Closes the link so that another program may use the device, until `reclaim()`. */
  async release(by: Owner): Promise<void> {
    const label = `port ${this.name}`;
    this.events.emit('audit', { action: 'release-port', owner: by, label });
    const reason = new SignalboxError(
      'PORT_RELEASED',
      `port ${this.name} was released by ${by.program} for another program`,
      { nextStep: `Take it back with \`signalbox release ${this.name} --reclaim\`.` },
    );
    this.#refusal = reason;
    this.#line.turnAway(reason);
    await this.#turn;
    await this.#keeper.close('released', reason);
  }

  /** Takes the device back after `release()`. */
  reclaim(by: Owner): void {
    if (this.#keeper.state !== 'released') return;
    this.events.emit('audit', {
      action: 'reclaim-port',
      owner: by,
      label: `port ${this.name}`,
    });
    this.open();
  }

  status(): PortStatus {
    const { state, reason } = this.#keeper;
    const serving = this.#serving;
    const circuits = Object.fromEntries(
      Array.from(this.#breaker.scopes(), (scope) => [scope, this.#breaker.status(scope)]),
    );
    return {
      name: this.name,
      address: this.#address,
      state,
      ...(reason === undefined ? {} : { reason: reason.message }),
      ...(serving === undefined
        ? {}
        : {
            serving: {
              label: serving.batch.transaction.label,
              owners: this.#servedOwners(),
              sinceMs: serving.sinceMs,
            },
          }),
      leases: this.#book.status(),
      queue: this.#line.status(),
      circuits,
    };
  }

  statistics(): PortStatistics {
    return this.#record.statistics(this.name, this.#keeper.reconnects);
  }

  /** Counts from nothing again; the trace stays. */
  resetStatistics(): void {
    this.#record.reset();
  }

  /** What went over the wire lately, oldest first: of the port, or of one instrument on it. */
  trace(scope?: string): TraceEntry[] {
    return this.#record.trace(scope);
  }

  /** Takes nothing new, finishes what is in line for {@link drainLongestMs} at most, then closes. */
  async drain(): Promise<void> {
    this.#refusal ??= new SignalboxError('CLOSED', `port ${this.name} is closing`);
    if (this.#keeper.wire !== undefined && !this.#isIdle()) {
      const idle = (this.#idle ??= Promise.withResolvers<void>());
      const timer = this.#clock.schedule(drainLongestMs, () => idle.resolve());
      await idle.promise;
      timer.cancel();
    }
    await this.close();
  }

  /** Closes now: all that wait, and what is on the wire, fail with CLOSED; leases end. */
  async close(): Promise<void> {
    const reason = new SignalboxError('CLOSED', `port ${this.name} was closed`);
    this.#refusal = reason;
    this.#life.abort(reason);
    this.#line.turnAway(reason);
    for (const lease of this.#book.leases()) this.#book.end(lease, 'closed');
    await this.#keeper.close('closed', reason);
    await this.#turn;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  #pending(
    ask: Ask,
    by: Owner,
    label: string,
    scope: string | undefined,
    priority: Priority,
    options: { readonly waitMs?: number; readonly signal?: AbortSignal },
  ): Pending {
    const { waitMs = waitDefaultMs, signal } = options;
    const lease = ask.kind === 'transaction' ? ask.lease : undefined;
    const agent = lease?.agent ?? currentAgent() ?? agentOf(by);
    return new Pending(ask, { by, agent, label, scope, priority, waitMs, signal }, this.#clock);
  }

  async #ask(request: Pending): Promise<unknown> {
    const behind = this.#book.ownersAgainst(request.scope, request.agent);
    request.blocked = behind.length > 0 || this.#serving !== undefined || this.#line.size > 0;
    if (request.blocked && this.events.has('waiting')) {
      const others = behind.length > 0 ? behind : this.#servedOwners();
      this.events.emit('waiting', { owner: request.by, label: request.label, behind: others });
    }
    this.#line.push(request);
    return await request.promise;
  }

  #mayGo = (request: Pending): boolean => {
    const { ask, agent, scope } = request;
    if (ask.kind === 'lease') return this.#book.isGrantable(ask.wish);
    return this.#keeper.wire !== undefined && this.#book.admits(scope, agent);
  };

  /** Lets all that ask at the same time get in line first, so that they can share a turn. */
  #advanceSoon(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    queueMicrotask(() => {
      this.#isAdvancing = false;
      this.#advance();
    });
  }

  /** Serves whoever's turn it is. Called whenever something has changed that may let somebody go. */
  #advance(): void {
    while (this.#serving === undefined) {
      const request = this.#line.take(this.#mayGo);
      if (request === undefined) break;
      request.begin();
      const { ask } = request;
      if (ask.kind === 'lease') this.#grant(request, ask.wish);
      else this.#turn = this.#serve(request, ask.transaction);
    }
    if (this.#isIdle()) this.#idle?.resolve();
  }

  #isIdle(): boolean {
    return this.#serving === undefined && this.#line.size === 0;
  }

  #grant(request: Pending, wish: Parameters<LeaseBook['grant']>[0]): void {
    const lease = this.#book.grant(wish);
    const status = this.#book.statusOf(lease);
    const waitedMs = this.#clock.monotonic() - request.askedMs;
    this.#record.ended(request);
    if (!request.resolve(lease)) {
      this.#book.end(lease, 'released');
      return;
    }
    this.#watchHold(lease);
    if (status !== undefined) this.events.emit('leaseGranted', { lease: status, waitedMs });
  }

  #watchHold(lease: Lease): void {
    const timer = this.#clock.schedule(longHoldMs, () => {
      const status = this.#book.statusOf(lease);
      if (status === undefined) return;
      const waiting = this.#line.size;
      if (waiting > 0) this.events.emit('leaseHeldLong', { lease: status, waiting });
      this.#watchHold(lease);
    });
    this.#holdTimers.set(lease, timer);
  }

  async #serve(first: Pending, transaction: Transaction<unknown>): Promise<void> {
    const batch = gather(first, transaction, this.#line.queue, this.#mayGo);
    const { scope, merge } = batch.transaction;
    const requests = requestsOf(batch);
    const startMs = this.#clock.monotonic();
    this.#serving = { batch, sinceMs: this.#clock.now() };
    for (const request of requests) request.begin();
    if (scope !== undefined) this.#breaker.sent(scope);
    if (merge === undefined && !batch.isChain) this.#cache.forget(scope);
    const turn = this.#conductor.turn(batch.transaction);
    this.#announce(requests, startMs);
    this.#record.wireTransaction();
    const result = await turn;
    this.#serving = undefined;
    const endMs = this.#clock.monotonic();
    const { outcome } = result;
    if (outcome.kind === 'failure') {
      this.#record.turn(batch, result, startMs, endMs);
      this.#settlement.fail(batch, outcome.error);
      this.#advance();
      return;
    }
    // The wire is not kept waiting: while the next request is on it, these are told.
    this.#settlement.keep(batch, outcome.reply);
    this.#advance();
    this.#record.turn(batch, result, startMs, endMs);
    this.#settlement.answer(batch, outcome.reply);
  }

  #announce(requests: readonly Pending[], startMs: number): void {
    if (!this.events.has('granted')) return;
    for (const { by: owner, label, askedMs } of requests) {
      this.events.emit('granted', { owner, label, waitedMs: startMs - askedMs });
    }
  }

  #checkLease(lease: Lease, scope: string | undefined, label: string): void {
    this.#book.validate(lease);
    if (lease.scope === undefined || lease.scope === scope) return;
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `${label} is not covered by lease ${lease.id}, which holds ${lease.scope}`,
    );
  }

  async #releaseLease(lease: Lease): Promise<void> {
    const served = this.#serving?.batch;
    const isOnWire =
      served !== undefined &&
      requestsOf(served).some(({ ask }) => ask.kind === 'transaction' && ask.lease === lease);
    if (isOnWire) await this.#turn;
    this.#book.end(lease, 'released');
  }

  #raw(lease: Lease): RawChannel {
    this.#book.validate(lease);
    if (lease.scope !== undefined || lease.mode !== 'exclusive') {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `lease ${lease.id} is not an exclusive one of the whole port ${this.name}`,
      );
    }
    const wire = (): NonNullable<LinkKeeper['wire']> => {
      this.#book.validate(lease);
      const open = this.#keeper.wire;
      if (open !== undefined) return open;
      throw this.#keeper.reason ?? new SignalboxError('CLOSED', `port ${this.name} is not open`);
    };
    return new RawChannel({ clock: this.#clock, portName: this.name, wire }, lease.lost);
  }

  #servedOwners(): Owner[] {
    const batch = this.#serving?.batch;
    return batch === undefined ? [] : requestsOf(batch).map(({ by }) => by);
  }

  #linkChanged(state: LinkState, reason: SignalboxError | undefined): void {
    this.events.emit('state', { state, ...(reason === undefined ? {} : { reason }) });
    if (state !== 'open') return;
    this.#cache.forget(undefined);
    this.#conductor.linkOpened();
    this.#advance();
  }
}
