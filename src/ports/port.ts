import {
  asSignalboxError,
  Emitter,
  lifeController,
  raceAbort,
  SignalboxError,
  systemClock,
} from '../kernel/index.ts';
import type { Clock, Owner } from '../kernel/index.ts';
import { agentOf, currentAgent, MemoryTokenSource, WaitGraph } from '../locks/index.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { Conductor } from './conductor.ts';
import { HoldWatch } from './hold-watch.ts';
import { LeaseBook } from './lease-book.ts';
import type { Lease } from './lease.ts';
import { LinkKeeper } from './link-keeper.ts';
import type { LinkState } from './link-keeper.ts';
import { Pending } from './pending.ts';
import type { Ask } from './pending.ts';
import type { PortEvents } from './port-events.ts';
import { drainLongestMs, waitDefaultMs } from './port-options.ts';
import type { LeaseOptions, PortOptions, TransactOptions } from './port-options.ts';
import { PortRecord } from './port-record.ts';
import type { PortCounts, PortStatistics, PortStatus } from './port-status.ts';
import { RawChannel } from './raw-channel.ts';
import { ReplyCache } from './reply-cache.ts';
import { RequestLine } from './request-line.ts';
import { defaultRetryBudget } from './retry-budget.ts';
import { Settlement } from './settlement.ts';
import type { ProgramCounters, SpanHistograms } from './statistics.ts';
import type { TraceEntry } from './trace.ts';
import type { RequestTrace, Tracer } from './tracer.ts';
import type { Priority, Transaction } from './transaction.ts';
import { Turns } from './turns.ts';

/**
 * The one owner of a link. Any number of owners hand it transactions; it puts them on the wire one at
 * a time, in fair order, and gives each its own reply.
 */
export class Port implements AsyncDisposable {
  readonly name: string;
  readonly events: Emitter<PortEvents> = new Emitter<PortEvents>();
  /** Follows what is asked, where that is wanted; for those who ask. */
  readonly tracer: Tracer | undefined;
  readonly #address: string;
  readonly #clock: Clock;
  readonly #life = lifeController();
  readonly #keeper: LinkKeeper;
  readonly #book: LeaseBook;
  readonly #line: RequestLine;
  readonly #breaker: CircuitBreaker;
  readonly #cache: ReplyCache;
  readonly #record: PortRecord;
  readonly #turns: Turns;
  #refusal: SignalboxError | undefined;

  constructor(options: PortOptions) {
    this.name = options.name;
    this.tracer = options.tracer;
    this.#address = options.link.address;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    this.#breaker = new CircuitBreaker(clock);
    this.#cache = new ReplyCache(clock);
    this.#record = new PortRecord(clock, this.events, options.tracedMost);
    this.#keeper = new LinkKeeper(options.link, clock, {
      traffic: this.#record.traffic,
      changed: (state, reason) => this.#linkChanged(state, reason),
      failed: (error) => this.#record.linkFailed(error),
      quarantined: (data, reason) => this.#record.quarantined(data, reason),
      serviceRequested: () => this.events.emit('serviceRequest', { atMs: clock.now() }),
    });
    this.#line = new RequestLine({
      portName: options.name,
      clock,
      graph: options.graph ?? new WaitGraph(),
      holdersAgainst: (request) => this.#book.holdersAgainst(request.scope, request.agent),
      trouble: () => this.#keeper.reason,
      serving: () => this.#turns.servedOwners(),
      ended: (request, error) => settlement.end(request, error),
      arrived: () => this.#turns.advanceSoon(),
    });
    const settlement = new Settlement({
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
        freed: () => this.#turns.advance(),
        ended: (lease, end) => {
          holds.end(lease);
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
    const holds = new HoldWatch({
      clock,
      events: this.events,
      book: this.#book,
      waiting: () => this.#line.size,
    });
    this.#turns = new Turns({
      clock,
      events: this.events,
      keeper: this.#keeper,
      conductor: new Conductor(
        this.#keeper,
        clock,
        options.resynchronization ?? { kind: 'reconnect' },
        this.#life.signal,
      ),
      line: this.#line,
      book: this.#book,
      holds,
      breaker: this.#breaker,
      cache: this.#cache,
      record: this.#record,
      settlement,
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

  /**
   * Opens the link anew, when its turn has come: nobody's request is broken by it. Resolves when it is
   * open again.
   * @throws WAIT_TIMEOUT, CANCELLED, DEADLOCK, PORT_RELEASED, CLOSED; why it could not be opened in time
   */
  async reconnect(options: Pick<LeaseOptions, 'by' | 'signal' | 'waitMs'>): Promise<void> {
    const { by, waitMs, signal } = options;
    await using _turn = await this.lease({ ...options, holdMs: 2 * waitMs });
    await this.#keeper.reopen(
      new SignalboxError('LINK_COMMUNICATION', `${by.program} has ${this.#address} opened anew`),
    );
    await this.#untilOpen(waitMs, signal);
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
    await this.#turns.current;
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
    const { state, reason, sinceMs, nextTryInMs } = this.#keeper;
    const serving = this.#turns.status;
    const circuits = Object.fromEntries(
      Array.from(this.#breaker.scopes(), (scope) => [scope, this.#breaker.status(scope)]),
    );
    return {
      name: this.name,
      address: this.#address,
      state,
      sinceMs,
      ...(reason === undefined ? {} : { reason: reason.message, trouble: reason.toJSON() }),
      ...(nextTryInMs === undefined ? {} : { nextTryInMs }),
      ...(serving === undefined ? {} : { serving }),
      leases: this.#book.status(),
      queue: this.#line.status(),
      circuits,
    };
  }

  statistics(): PortStatistics {
    return this.#record.statistics(this.name, this.#keeper.reconnects);
  }

  /** The same without what each owner did: it costs less where there are many. */
  counts(): PortCounts {
    return this.#record.counts(this.name, this.#keeper.reconnects);
  }

  /** How waits and services are distributed. @param boundsMs upper bounds, growing */
  histograms(boundsMs: readonly number[]): SpanHistograms {
    return this.#record.histograms(boundsMs);
  }

  /** What was counted by program and door, those that are gone among them. */
  programs(): ProgramCounters[] {
    return this.#record.programs();
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
    if (this.#keeper.wire !== undefined) await this.#turns.untilIdle(drainLongestMs);
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
    await this.#turns.current;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  async #untilOpen(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#keeper.wire !== undefined) return;
    const opened = Promise.withResolvers<void>();
    using _state = this.events.on('state', ({ state }) => {
      if (state === 'open') opened.resolve();
    });
    const timer = this.#clock.schedule(waitMs, () => {
      const reason = this.#keeper.reason?.message ?? 'it is not open yet';
      const text = `${this.#address} did not come back within ${waitMs} ms: ${reason}`;
      opened.reject(new SignalboxError('LINK_TIMEOUT', text, { details: { waitMs } }));
    });
    try {
      const life = this.#life.signal;
      const ends = signal === undefined ? life : AbortSignal.any([life, signal]);
      await raceAbort(opened.promise, ends, `a wait for ${this.#address}`);
    } finally {
      timer.cancel();
    }
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
    const facts = { by, agent, label, scope, priority, waitMs, signal };
    const request = new Pending(ask, facts, this.#clock);
    if (this.tracer !== undefined) request.trace = this.#trace(this.tracer, request);
    return request;
  }

  #trace(tracer: Tracer, request: Pending): RequestTrace | undefined {
    const { ask, label, scope, by: owner, priority } = request;
    const { kind } = ask;
    return tracer.request({ port: this.name, kind, label, scope, owner, priority });
  }

  #ask(request: Pending): Promise<unknown> {
    const behind = this.#book.ownersAgainst(request.scope, request.agent);
    request.blocked = behind.length > 0 || this.#turns.isServing || this.#line.size > 0;
    if (request.blocked && this.events.has('waiting')) {
      const others = behind.length > 0 ? behind : this.#turns.servedOwners();
      this.events.emit('waiting', { owner: request.by, label: request.label, behind: others });
    }
    if (!this.#turns.serveAtOnce(request)) this.#push(request);
    return request.promise;
  }

  /** @throws QUEUE_FULL, DEADLOCK */
  #push(request: Pending): void {
    try {
      this.#line.push(request);
    } catch (error) {
      request.trace?.ended(asSignalboxError(error));
      throw error;
    }
  }

  /** One that shares the port waits in line while another who shares it has it alone. */
  #checkLease(lease: Lease, scope: string | undefined, label: string): void {
    lease.lost.throwIfAborted();
    if (lease.scope === undefined || lease.scope === scope) return;
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `${label} is not covered by lease ${lease.id}, which holds ${lease.scope}`,
    );
  }

  async #releaseLease(lease: Lease): Promise<void> {
    if (this.#turns.serves(lease)) await this.#turns.current;
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

  #linkChanged(state: LinkState, reason: SignalboxError | undefined): void {
    this.events.emit('state', { state, ...(reason === undefined ? {} : { reason }) });
    if (state === 'open') this.#turns.linkOpened();
  }
}
