import type { Clock, Owner, SignalboxError } from '../kernel/index.ts';
import { ResourceLock } from '../locks/index.ts';
import type { Agent, Hold, LockMode, TokenSource } from '../locks/index.ts';
import { Lease } from './lease.ts';
import type { LeaseHost } from './lease.ts';
import type { LeaseEnd } from './port-events.ts';
import type { LeaseStatus } from './port-status.ts';

/** A wish for a lease. */
export interface LeaseWish {
  readonly by: Owner;
  readonly agent: Agent;
  readonly mode: LockMode;
  readonly scope?: string;
  readonly holdMs: number;
}

/** What the book tells its port. */
export interface LeaseBookListener {
  ended(lease: Lease, end: LeaseEnd): void;
  /** Something that was refused may be granted now. */
  freed(): void;
}

export interface LeaseBookOptions {
  readonly portName: string;
  readonly clock: Clock;
  readonly tokens: TokenSource;
  readonly host: LeaseHost;
  readonly listener: LeaseBookListener;
  /** Whether anybody waits for the scope: renewals are limited then. */
  readonly isWaitedFor: (scope: string | undefined) => boolean;
}

/**
 * Who holds a port, or single instruments of it. A lease of the whole port and one of an instrument
 * exclude each other as two of the same thing do.
 */
export class LeaseBook {
  readonly #options: LeaseBookOptions;
  readonly #whole: ResourceLock;
  readonly #scopes = new Map<string, ResourceLock>();
  readonly #leases = new Map<string, Lease>();
  #count = 0;

  constructor(options: LeaseBookOptions) {
    this.#options = options;
    this.#whole = this.#lock(undefined);
  }

  get isEmpty(): boolean {
    return this.#leases.size === 0;
  }

  leases(): Lease[] {
    return [...this.#leases.values()];
  }

  /** Whether a transaction may go: nobody else holds what it is for. */
  admits(scope: string | undefined, agent: Agent): boolean {
    if (this.isEmpty) return true;
    return this.#locksOver(scope).every((lock) => lock.admits(agent));
  }

  /** Whether a lease could be granted now. */
  isGrantable({ scope, mode, agent }: LeaseWish): boolean {
    const own = scope === undefined ? this.#whole : this.#scopes.get(scope);
    return (
      (own?.isGrantable(mode, agent) ?? true) &&
      this.#locksOver(scope).every((lock) => lock === own || lock.isGrantable('exclusive', agent))
    );
  }

  /** Grants a lease that {@link isGrantable}. */
  grant(wish: LeaseWish): Lease {
    const { scope, mode, holdMs, agent, by } = wish;
    const hold = this.#lockOf(scope).tryAcquire({ by: agent, mode, holdMs });
    if (hold === undefined) throw this.heldError(scope, agent);
    this.#count += 1;
    const lease = new Lease(
      {
        id: `${this.#options.portName}-${this.#count}`,
        token: hold.token,
        owner: by,
        agent,
        mode,
        holdMs,
        ...(scope === undefined ? {} : { scope }),
      },
      this.#options.host,
    );
    this.#leases.set(String(hold.token), lease);
    return lease;
  }

  /** @throws LEASE_LOST when it has ended; LEASE_HELD while one who shares it holds it exclusively */
  validate(lease: Lease): void {
    lease.lost.throwIfAborted();
    this.#lockOf(lease.scope).validate(lease.token);
  }

  renew(lease: Lease, holdMs: number | undefined): number {
    lease.lost.throwIfAborted();
    return this.#lockOf(lease.scope).renew(lease.token, holdMs);
  }

  /** Ends a lease; says whether it had not ended before. */
  end(lease: Lease, end: LeaseEnd): boolean {
    // Taken out of the book first, so that the lock's own event does not report it as `released`.
    const isNew = this.#leases.delete(String(lease.token));
    if (isNew) this.#tell(lease, end);
    this.#lockOf(lease.scope).release(lease.token);
    return isNew;
  }

  find(leaseId: string): Lease | undefined {
    return this.leases().find((lease) => lease.id === leaseId);
  }

  /** The agents whose leases keep a request back. */
  *holdersAgainst(scope: string | undefined, agent: Agent): Generator<Agent> {
    if (this.isEmpty) return;
    for (const lock of this.#locksOver(scope)) yield* lock.excluders(agent);
  }

  /** The leases that keep a request back. */
  leasesAgainst(scope: string | undefined, agent: Agent): Lease[] {
    const holders = new Set(this.holdersAgainst(scope, agent));
    return this.leases().filter(
      (lease) =>
        holders.has(lease.agent) &&
        (scope === undefined || lease.scope === undefined || lease.scope === scope),
    );
  }

  /** The owners whose leases keep a request back. */
  ownersAgainst(scope: string | undefined, agent: Agent): Owner[] {
    if (this.isEmpty) return [];
    return Array.from(this.holdersAgainst(scope, agent), (holder) => holder.owner);
  }

  /** The error for one who cannot have it: who holds it, since when. */
  heldError(scope: string | undefined, agent: Agent): SignalboxError {
    const lock = this.#locksOver(scope).find((each) =>
      [...each.holders()].some((holder) => !agent.descendsFrom(holder)),
    );
    return (lock ?? this.#whole).heldError();
  }

  status(): LeaseStatus[] {
    return this.leases().flatMap((lease) => this.statusOf(lease) ?? []);
  }

  statusOf(lease: Lease): LeaseStatus | undefined {
    const token = String(lease.token);
    const hold = this.#lockOf(lease.scope)
      .status()
      .find((each) => each.token === token);
    if (hold === undefined) return undefined;
    return {
      id: lease.id,
      owner: lease.owner,
      mode: lease.mode,
      ...(lease.scope === undefined ? {} : { scope: lease.scope }),
      sinceMs: hold.sinceMs,
      expiresInMs: hold.expiresInMs ?? Infinity,
    };
  }

  /** The locks that a request for the scope has to respect: its own and those that contain or fill it. */
  #locksOver(scope: string | undefined): ResourceLock[] {
    if (scope === undefined) return [this.#whole, ...this.#scopes.values()];
    const own = this.#scopes.get(scope);
    return own === undefined ? [this.#whole] : [this.#whole, own];
  }

  #lockOf(scope: string | undefined): ResourceLock {
    if (scope === undefined) return this.#whole;
    let lock = this.#scopes.get(scope);
    if (lock === undefined) this.#scopes.set(scope, (lock = this.#lock(scope)));
    return lock;
  }

  #lock(scope: string | undefined): ResourceLock {
    const { portName, clock, tokens, isWaitedFor } = this.#options;
    const lock = new ResourceLock({
      name: scope === undefined ? `port ${portName}` : `${scope} of port ${portName}`,
      clock,
      tokens,
      isWaitedFor: () => isWaitedFor(scope),
    });
    lock.on('released', ({ hold }) => this.#ended(hold, 'released'));
    lock.on('expired', ({ hold }) => this.#ended(hold, 'expired'));
    lock.on('broken', ({ hold }) => this.#ended(hold, 'broken'));
    lock.on('freed', () => {
      if (scope !== undefined && lock.isFree && this.#scopes.get(scope) === lock) {
        this.#scopes.delete(scope);
      }
      this.#options.listener.freed();
    });
    return lock;
  }

  #ended(hold: Hold, end: LeaseEnd): void {
    const token = String(hold.token);
    const lease = this.#leases.get(token);
    if (lease === undefined) return;
    this.#leases.delete(token);
    this.#tell(lease, end);
  }

  #tell(lease: Lease, end: LeaseEnd): void {
    lease.end(end);
    this.#options.listener.ended(lease, end);
  }
}
