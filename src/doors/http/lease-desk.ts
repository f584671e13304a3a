import { randomBytes } from 'node:crypto';

import { SignalboxError } from '../../kernel/index.ts';
import type { Instrument } from '../../instruments/index.ts';
import type { Lease, LeaseOptions, Port } from '../../ports/index.ts';

/** So many leases at once are given out over HTTP; further wishes are refused with QUEUE_FULL. */
export const leasesMost = 1_024;
const secretBytes = 16;

/** A lease as its holder has it over HTTP. */
export interface DeskLease {
  readonly port: Port;
  readonly lease: Lease;
  /** `epoch.counter.secret`. Whoever shows it, may use and end the lease. */
  readonly token: string;
}

/** Whether a lease that goes on holds an instrument, or all of its port. */
export function holds({ port, lease }: DeskLease, instrument: Instrument): boolean {
  const isIn = lease.scope === undefined || lease.scope === instrument.driver.scope;
  return port === instrument.port && isIn && !lease.lost.aborted;
}

/** What grants leases: a port, or an instrument on one. */
export interface Leasable {
  lease(options: LeaseOptions): Promise<Lease>;
}

/**
 * Gives out leases to clients and knows them again by their token. A fencing token alone could be
 * counted up to by anybody; with a random part it proves that one was given it.
 */
export class LeaseDesk {
  readonly #byToken = new Map<string, DeskLease>();
  #asked = 0;

  /**
   * @throws QUEUE_FULL, and what the port throws
   */
  async take(port: Port, on: Leasable, options: LeaseOptions): Promise<DeskLease> {
    if (this.#byToken.size + this.#asked >= leasesMost) {
      throw new SignalboxError('QUEUE_FULL', `${leasesMost} leases are held or asked for already`);
    }
    this.#asked += 1;
    try {
      return this.#note(port, await on.lease(options));
    } finally {
      this.#asked -= 1;
    }
  }

  /** The lease of a token. @throws LEASE_LOST when there is none any more, or never was */
  find(token: string): DeskLease {
    const known = this.#byToken.get(token);
    if (known !== undefined) return known;
    throw new SignalboxError('LEASE_LOST', 'the lease of that token has ended, or never was');
  }

  #note(port: Port, lease: Lease): DeskLease {
    const token = `${String(lease.token)}.${randomBytes(secretBytes).toString('base64url')}`;
    const known = { port, lease, token };
    this.#byToken.set(token, known);
    const forget = (): void => void this.#byToken.delete(token);
    if (lease.lost.aborted) forget();
    else lease.lost.addEventListener('abort', forget, { once: true });
    return known;
  }
}
