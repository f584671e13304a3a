import type { Owner, SignalboxError } from '../kernel/index.ts';
import type { Lease } from './lease.ts';
import type { LinkState } from './link-keeper.ts';
import type { LeaseStatus } from './port-status.ts';
import type { TraceEntry } from './trace.ts';

/** Why a lease ended. */
export type LeaseEnd = 'released' | 'expired' | 'disconnected' | 'broken' | 'closed';

/** What a port publishes, without knowing who listens. */
export interface PortEvents {
  state: { readonly state: LinkState; readonly reason?: SignalboxError };
  exchange: TraceEntry;
  waiting: { readonly owner: Owner; readonly label: string; readonly behind: readonly Owner[] };
  granted: { readonly owner: Owner; readonly label: string; readonly waitedMs: number };
  leaseGranted: { readonly lease: LeaseStatus; readonly waitedMs: number };
  leaseEnded: { readonly lease: Lease; readonly end: LeaseEnd };
  /** A lease is held longer than {@link longHoldMs} while others wait. */
  leaseHeldLong: { readonly lease: LeaseStatus; readonly waiting: number };
  /** Done by right of priority or office; kept in the audit log. */
  audit: {
    readonly action: 'safety' | 'break-lease' | 'release-port' | 'reclaim-port';
    readonly owner: Owner;
    readonly label: string;
    readonly reason?: string;
  };
  /** The instrument asks for service (SRQ). IEEE 488.1, 2.7. */
  serviceRequest: { readonly atMs: number };
  circuit: { readonly scope: string; readonly state: 'online' | 'offline' };
}

/** A lease held so long while others wait is reported. */
export const longHoldMs = 10_000;
