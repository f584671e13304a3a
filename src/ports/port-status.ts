import type { ErrorCode, ErrorReport, Owner } from '../kernel/index.ts';
import type { CircuitStatus } from './circuit-breaker.ts';
import type { LinkState } from './link-keeper.ts';
import type { Counters, OwnerCounters } from './statistics.ts';
import type { Priority } from './transaction.ts';

/** What a lease allows others: nothing, or what holders of the same key do. */
export type LeaseMode = 'exclusive' | { readonly shared: string };

/** One lease as others see it. Never the token: that is the holder's alone. */
export interface LeaseStatus {
  /** Names the lease; not a secret. */
  readonly id: string;
  readonly owner: Owner;
  readonly mode: LeaseMode;
  /** The instrument on the port that is held; absent when it is the whole port. */
  readonly scope?: string;
  /** When it was granted, ms since 1970. */
  readonly sinceMs: number;
  readonly expiresInMs: number;
}

/** What is on the wire. */
export interface ServingStatus {
  readonly label: string;
  /** All whom it answers. */
  readonly owners: readonly Owner[];
  /** When it went out, ms since 1970. */
  readonly sinceMs: number;
}

/** One request in line. */
export interface WaitingStatus {
  readonly owner: Owner;
  readonly kind: 'transaction' | 'lease';
  readonly label: string;
  readonly priority: Priority;
  readonly scope?: string;
  readonly waitedMs: number;
}

/** How a port stands now. */
export interface PortStatus {
  readonly name: string;
  /** Where its link leads. */
  readonly address: string;
  readonly state: LinkState;
  /** Since when it is in this state, ms since 1970. */
  readonly sinceMs: number;
  /** Why it is not open, in one line. */
  readonly reason?: string;
  /** The same whole: code, whose fault, next step; `details.holders` where other programs have the device. */
  readonly trouble?: ErrorReport;
  /** In how many ms opening it is tried again; absent while it is tried, and where it is not to be. */
  readonly nextTryInMs?: number;
  readonly serving?: ServingStatus;
  readonly leases: readonly LeaseStatus[];
  readonly queue: readonly WaitingStatus[];
  /** Instruments on it that have not answered lately. */
  readonly circuits: Readonly<Record<string, CircuitStatus>>;
}

/** What a port has done since it was made, or since its statistics were reset. */
export interface PortStatistics extends PortCounts {
  /** What each of them did. */
  readonly owners: readonly OwnerCounters[];
}

/** The same of all its owners together. */
export interface PortCounts extends Counters {
  readonly name: string;
  /** Wire transactions; fewer than the operations where reads were merged. */
  readonly wireTransactions: number;
  /** Operations that a wire transaction of another, or a kept reply, answered. */
  readonly mergedOperations: number;
  readonly retries: number;
  /** Chunks that belonged to no request and were dropped. */
  readonly quarantined: number;
  /** Bytes on the wire; calls to workers and requests to web services carry none. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly reconnects: number;
  /**
   * How often the link broke or could not be opened, by error code, whether or not a request was
   * hurt. A failure that each new attempt meets again counts once.
   */
  readonly linkFailuresByCode: Readonly<Partial<Record<ErrorCode, number>>>;
}
