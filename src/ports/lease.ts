import { lifeController, SignalboxError } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import type { Agent, FencingToken, LockMode } from '../locks/index.ts';
import type { RawChannel } from './raw-channel.ts';
import type { TransactOptions } from './port-options.ts';
import type { Transaction } from './transaction.ts';

/** What a lease needs of its port. */
export interface LeaseHost {
  transact<Reply>(
    transaction: Transaction<Reply>,
    by: Owner,
    options: TransactOptions,
  ): Promise<Reply>;
  /** Checks the token. @throws LEASE_LOST */
  validate(lease: Lease): void;
  /** Starts its time anew; gives the ms until it ends. @throws LEASE_LOST, RENEWAL_LIMIT */
  renew(lease: Lease, holdMs: number | undefined): number;
  /** Resolves when it has ended and nothing of it is on the wire. */
  release(lease: Lease): Promise<void>;
  raw(lease: Lease): RawChannel;
}

/** What a lease is made of. */
export interface LeaseFacts {
  /** Names the lease to others; not a secret. */
  readonly id: string;
  readonly token: FencingToken;
  readonly owner: Owner;
  readonly agent: Agent;
  readonly mode: LockMode;
  readonly scope?: string;
  readonly holdMs: number;
}

/**
 * A hold on a port, or on one instrument of it, that ends by itself. When it has ended, for whatever
 * reason, its token moves no byte any more, in or out.
 */
export class Lease implements AsyncDisposable {
  readonly id: string;
  /** `epoch.counter`: the proof of the hold. Whoever has it can use and end the lease. */
  readonly token: FencingToken;
  readonly owner: Owner;
  /** For whom waits are counted; see locks. */
  readonly agent: Agent;
  readonly mode: LockMode;
  /** The instrument that is held; absent when it is the whole port. */
  readonly scope: string | undefined;
  /** For how long it was granted, and is renewed, unless said otherwise. */
  readonly holdMs: number;
  readonly #host: LeaseHost;
  readonly #life = lifeController();

  constructor(facts: LeaseFacts, host: LeaseHost) {
    this.id = facts.id;
    this.token = facts.token;
    this.owner = facts.owner;
    this.agent = facts.agent;
    this.mode = facts.mode;
    this.scope = facts.scope;
    this.holdMs = facts.holdMs;
    this.#host = host;
  }

  /** Aborts when the lease has ended; the reason is the LEASE_LOST error. */
  get lost(): AbortSignal {
    return this.#life.signal;
  }

  /** @throws LEASE_LOST, and what the port throws */
  async transact<Reply>(
    transaction: Transaction<Reply>,
    options: Omit<TransactOptions, 'lease'> = {},
  ): Promise<Reply> {
    return await this.#host.transact(transaction, this.owner, { ...options, lease: this });
  }

  /**
   * The wire's bytes as they are, for whoever speaks the protocol by itself.
   * @throws BAD_ARGUMENT unless this is an exclusive lease of the whole port; LEASE_LOST
   */
  raw(): RawChannel {
    return this.#host.raw(this);
  }

  /**
   * Starts its time anew.
   * @param holdMs @default the time that it was granted for
   * @returns after how many ms it ends now
   * @throws LEASE_LOST, RENEWAL_LIMIT
   */
  renew(holdMs?: number): number {
    return this.#host.renew(this, holdMs);
  }

  /** Ends it. Resolves when nothing of it is on the wire; does nothing when it has ended before. */
  async release(): Promise<void> {
    await this.#host.release(this);
  }

  /** @throws LEASE_LOST when it has ended */
  check(): void {
    this.#host.validate(this);
  }

  /** Told by the port that the lease has ended. */
  end(reason: string): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort(
      new SignalboxError('LEASE_LOST', `the lease ${this.id} has ended: ${reason}`, {
        details: { leaseId: this.id, reason },
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
