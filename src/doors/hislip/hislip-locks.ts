import { hasCode } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import type { Instrument } from '../../instruments/index.ts';
import type { Lease } from '../../ports/index.ts';
import { hislipLockAnswers } from '../../protocols/index.ts';
import type { HislipLockRequest, HislipMessage } from '../../protocols/index.ts';
import { connectionHoldMs, keepRenewed } from '../kept-lease.ts';

export interface HislipLocksOptions {
  readonly instrument: Instrument;
  readonly by: Owner;
  readonly clock: Clock;
  /** Aborts when the client has gone: its locks end with it. */
  readonly gone: AbortSignal;
}

type LockWish = Exclude<HislipLockRequest, { kind: 'release' }>;

/**
 * The locks of one client: leases of the instrument, which bind every other door as well. A client may
 * hold the shared lock and the exclusive one at the same time. IVI-6.1, section 6.5.
 */
export class HislipLocks {
  readonly #options: HislipLocksOptions;
  readonly #held = new Map<LockWish['kind'], Lease>();
  #waits = new AbortController();

  constructor(options: HislipLocksOptions) {
    this.#options = options;
  }

  /** Under which its messages go. One that was taken away stays until the client releases it. */
  get lease(): Lease | undefined {
    return this.#held.get('exclusive') ?? this.#held.get('shared');
  }

  /** Waits for a lock. @returns the answer's control code: {@link hislipLockAnswers} */
  async acquire(wish: LockWish): Promise<number> {
    if (this.#held.has(wish.kind)) return hislipLockAnswers.error;
    const { instrument, by, clock, gone } = this.#options;
    try {
      const lease = await instrument.lease({
        by,
        mode: wish.kind === 'exclusive' ? 'exclusive' : { shared: wish.key },
        waitMs: wish.waitMs,
        holdMs: connectionHoldMs,
        boundTo: gone,
        signal: AbortSignal.any([gone, this.#waits.signal]),
      });
      this.#held.set(wish.kind, lease);
      keepRenewed(lease, clock);
      return hislipLockAnswers.granted;
    } catch (error) {
      return hasCode(error, 'WAIT_TIMEOUT', 'CANCELLED')
        ? hislipLockAnswers.failure
        : hislipLockAnswers.error;
    }
  }

  /** Releases the exclusive lock, else the shared one. @returns the answer's control code */
  async release(): Promise<number> {
    for (const kind of ['exclusive', 'shared'] as const) {
      const lease = this.#held.get(kind);
      if (lease === undefined) continue;
      this.#held.delete(kind);
      // Who had it taken away meanwhile holds nothing any more.
      if (lease.lost.aborted) return hislipLockAnswers.error;
      await lease.release();
      return kind === 'exclusive'
        ? hislipLockAnswers.releasedExclusive
        : hislipLockAnswers.releasedShared;
    }
    return hislipLockAnswers.error;
  }

  /** Who holds the instrument, through whatever door. IVI-6.1, section 6.6. */
  info(): HislipMessage {
    const { port, driver } = this.#options.instrument;
    const leases = port
      .status()
      .leases.filter(({ scope }) => scope === undefined || scope === driver.scope);
    return {
      type: 'AsyncLockInfoResponse',
      isExclusive: leases.some(({ mode }) => mode === 'exclusive'),
      holders: new Set(leases.map(({ owner }) => owner.id)).size,
    };
  }

  /** A device clear ends what waits for a lock; what is held stays held. IVI-6.1, section 6.12. */
  cancelWaits(): void {
    this.#waits.abort();
    this.#waits = new AbortController();
  }
}
