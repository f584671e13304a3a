import { SignalboxError } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import type { Instrument } from '../../instruments/index.ts';
import { waitDefaultMs } from '../../ports/index.ts';
import type { Lease, Port } from '../../ports/index.ts';
import { connectionHoldMs, keepRenewed } from '../kept-lease.ts';
import { holds } from './lease-desk.ts';
import type { DeskLease, Leasable, LeaseDesk } from './lease-desk.ts';
import type { LeaseWish } from './lease-wish.ts';

/** The leases of one connection: they end with it. */
export class LiveLeases {
  readonly #desk: LeaseDesk;
  readonly #clock: Clock;
  readonly #connection: AbortSignal;
  readonly #ended: (leaseId: string, error: SignalboxError) => void;
  readonly #held = new Map<string, DeskLease>();

  /**
   * @param connection aborts when the client is gone
   * @param ended told of each lease that ended without being released
   */
  constructor(
    desk: LeaseDesk,
    clock: Clock,
    connection: AbortSignal,
    ended: (leaseId: string, error: SignalboxError) => void,
  ) {
    this.#desk = desk;
    this.#clock = clock;
    this.#connection = connection;
    this.#ended = ended;
  }

  async take(
    port: Port,
    on: Leasable,
    by: Owner,
    wish: LeaseWish,
    signal: AbortSignal,
  ): Promise<DeskLease> {
    const { mode = 'exclusive', waitMs = waitDefaultMs, holdMs } = wish;
    const known = await this.#desk.take(port, on, {
      by,
      mode,
      waitMs,
      holdMs: holdMs ?? connectionHoldMs,
      signal,
      boundTo: this.#connection,
    });
    const { lease } = known;
    this.#held.set(lease.id, known);
    lease.lost.addEventListener('abort', () => this.#lost(lease), { once: true });
    if (lease.lost.aborted) this.#lost(lease);
    else if (holdMs === undefined) keepRenewed(lease, this.#clock);
    return known;
  }

  /** @throws LEASE_LOST when this connection has no such lease any more */
  find(leaseId: string): Lease {
    const known = this.#held.get(leaseId);
    if (known !== undefined) return known.lease;
    throw new SignalboxError('LEASE_LOST', `this connection does not hold a lease '${leaseId}'`);
  }

  /** The lease to use for an instrument: undefined when the connection holds none. */
  on(instrument: Instrument): Lease | undefined {
    for (const known of this.#held.values()) if (holds(known, instrument)) return known.lease;
    return undefined;
  }

  async release(leaseId: string): Promise<void> {
    const lease = this.find(leaseId);
    this.#held.delete(leaseId);
    await lease.release();
  }

  #lost(lease: Lease): void {
    if (this.#held.delete(lease.id)) this.#ended(lease.id, lease.lost.reason as SignalboxError);
  }
}
