import type { Clock, Owner } from '../kernel/index.ts';
import type { Instrument } from '../instruments/index.ts';
import type { Lease, LeaseOptions } from '../ports/index.ts';
import { connectionHoldMs, keepRenewed } from './kept-lease.ts';

export interface ClientLocksOptions {
  readonly instrument: Instrument;
  readonly by: Owner;
  readonly clock: Clock;
  /** Aborts when the client has gone: its locks end with it. */
  readonly gone: AbortSignal;
}

/** Which lock: a client may hold one of each at the same time. VPP-4.3, section 3.6. */
export type LockKind = 'exclusive' | 'shared';

/** Who holds an instrument now. */
export interface InstrumentHolders {
  readonly isExclusive: boolean;
  /** How many; one who holds both locks counts once. */
  readonly holders: number;
}

/**
 * The VISA locks of one client: leases of its instrument, which bind every other door as well, and
 * last as long as its connection.
 */
export class ClientLocks {
  readonly #options: ClientLocksOptions;
  readonly #held = new Map<LockKind, Lease>();
  /** Those that are waited for. */
  readonly #wanted = new Set<LockKind>();
  #waits = new AbortController();

  constructor(options: ClientLocksOptions) {
    this.#options = options;
  }

  /** Under which its messages go. One that was taken away stays until the client releases it. */
  get lease(): Lease | undefined {
    return this.#held.get('exclusive') ?? this.#held.get('shared');
  }

  /** Whether the client has that lock, or waits for it. */
  has(kind: LockKind): boolean {
    return this.#held.has(kind) || this.#wanted.has(kind);
  }

  /** Waits for a lock that the client does not have. @throws what `Port.lease` throws */
  async acquire(mode: NonNullable<LeaseOptions['mode']>, waitMs: number): Promise<void> {
    const { instrument, by, clock, gone } = this.#options;
    const kind = mode === 'exclusive' ? 'exclusive' : 'shared';
    this.#wanted.add(kind);
    try {
      const lease = await instrument.lease({
        by,
        mode,
        waitMs,
        holdMs: connectionHoldMs,
        boundTo: gone,
        signal: AbortSignal.any([gone, this.#waits.signal]),
      });
      this.#held.set(kind, lease);
      keepRenewed(lease, clock);
    } finally {
      this.#wanted.delete(kind);
    }
  }

  /**
   * Releases the exclusive lock, else the shared one.
   * @returns which; undefined when there was none, or it was taken away meanwhile
   */
  async release(): Promise<LockKind | undefined> {
    for (const kind of ['exclusive', 'shared'] as const) {
      const lease = this.#held.get(kind);
      if (lease === undefined) continue;
      this.#held.delete(kind);
      if (lease.lost.aborted) return undefined;
      await lease.release();
      return kind;
    }
    return undefined;
  }

  /** Who holds the instrument, through whatever door. */
  holders(): InstrumentHolders {
    const leases = this.#leases();
    return {
      isExclusive: leases.some(({ mode }) => mode === 'exclusive'),
      holders: new Set(leases.map(({ owner }) => owner.id)).size,
    };
  }

  /** Whether somebody else holds it, so that this client has to wait. */
  get isLockedOut(): boolean {
    const { by } = this.#options;
    if (this.lease?.lost.aborted === false) return false;
    return this.#leases().some(({ owner }) => owner.id !== by.id);
  }

  /** Ends what waits for a lock; what is held stays held. */
  cancelWaits(): void {
    this.#waits.abort();
    this.#waits = new AbortController();
  }

  #leases(): ReturnType<Instrument['port']['status']>['leases'] {
    const { port, driver } = this.#options.instrument;
    return port
      .status()
      .leases.filter(({ scope }) => scope === undefined || scope === driver.scope);
  }
}
