import type { FastifyReply, FastifyRequest } from 'fastify';

import { SignalboxError } from '../../kernel/index.ts';
import type { Owner } from '../../kernel/index.ts';
import type { Lease, Port } from '../../ports/index.ts';
import type { DeskLease, LeaseDesk } from './lease-desk.ts';
import type { OwnerBook } from './owner-book.ts';

/** One request that is being done for somebody. */
export interface Call {
  readonly by: Owner;
  /** Aborts when the client's connection goes before it is answered, or the door is closed. */
  readonly signal: AbortSignal;
  /** The lease that the request shows. */
  readonly shown: DeskLease | undefined;
}

/** Who calls, under which lease, and whether they still listen. */
export class Callers {
  readonly #owners: OwnerBook;
  readonly #desk: LeaseDesk;
  readonly #underWay = new Set<AbortController>();

  constructor(owners: OwnerBook, desk: LeaseDesk) {
    this.#owners = owners;
    this.#desk = desk;
  }

  /**
   * The caller of a request. One who shows a lease acts as the owner of the lease, whichever
   * connection the request came by. Any other is counted and named as who it says it is, but holds
   * nothing: a port takes each owner object for a holder of its own, so that a name, which anybody
   * can send, opens no lease.
   * @throws LEASE_LOST
   */
  of(request: FastifyRequest, reply: FastifyReply): Call {
    const token = request.headers['signalbox-lease'];
    const shown = typeof token === 'string' ? this.#desk.find(token) : undefined;
    const named = shown?.lease.owner ?? this.#owners.of(request.raw);
    const inside = this.#owners.enter(named);
    const by = shown === undefined ? { ...named } : named;
    const stop = new AbortController();
    this.#underWay.add(stop);
    reply.raw.once('close', () => {
      inside[Symbol.dispose]();
      this.#underWay.delete(stop);
      if (!reply.raw.writableFinished) {
        stop.abort(new SignalboxError('CANCELLED', `${by.program} went away`));
      }
    });
    return { by, signal: stop.signal, shown };
  }

  /** Lets nobody wait any longer. */
  close(): void {
    const reason = new SignalboxError('CLOSED', 'the door was closed');
    for (const stop of this.#underWay) stop.abort(reason);
  }
}

/** The lease to use on a port: none when the one shown is on another port. */
export function leaseFor(port: Port, shown: DeskLease | undefined): { lease?: Lease } {
  return shown?.port === port ? { lease: shown.lease } : {};
}
