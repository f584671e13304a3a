import type { Clock, Owner } from '../kernel/index.ts';
import type { LinkFactory } from '../links/index.ts';
import type { LockMode, TokenSource, WaitGraph } from '../locks/index.ts';
import type { Lease } from './lease.ts';
import type { Resynchronization } from './resynchronization.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Tracer } from './tracer.ts';
import type { Priority } from './transaction.ts';

/** How long a request waits for its turn unless it says otherwise. */
export const waitDefaultMs = 10_000;
/** How long an orderly end waits for what is in line; then it fails with CLOSED. */
export const drainLongestMs = 10_000;

export interface PortOptions {
  /** As people know it: `bus`. */
  readonly name: string;
  readonly link: LinkFactory;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Where fencing tokens come from. @default a source that ends with the process */
  readonly tokens?: TokenSource;
  /** One for all ports that a program may hold together. @default one of its own */
  readonly graph?: WaitGraph;
  /** @default close the link and open it again, which is safe for every protocol */
  readonly resynchronization?: Resynchronization;
  /** For reads whose reply is lost. @default 2 repetitions after 0.1 and 0.2 s */
  readonly retry?: RetryBudget;
  /** Follows requests from where they come in to the wire. @default nothing does */
  readonly tracer?: Tracer;
  /** So many exchanges are remembered. @default {@link tracedOfPortMost} */
  readonly tracedMost?: number;
}

export interface TransactOptions {
  /** Takes the request back. What is on the wire by then is finished, its reply dropped. */
  readonly signal?: AbortSignal;
  /** How long it may be in line. @default {@link waitDefaultMs} */
  readonly waitMs?: number;
  /** Uses this lease. */
  readonly lease?: Lease;
  /** @default the transaction's, else `interactive` */
  readonly priority?: Priority;
  /**
   * Breaks the leases that are in its way, for this reason, which the audit keeps. Only for owners who
   * have the right to, and for what cannot wait.
   */
  readonly breakLeases?: string;
}

export interface LeaseOptions {
  readonly by: Owner;
  /** @default 'exclusive' */
  readonly mode?: LockMode;
  /** One instrument of the port. @default the whole port */
  readonly scope?: string;
  /** How long it may be in line. */
  readonly waitMs: number;
  /** After how long it ends unless it is renewed. */
  readonly holdMs: number;
  /** Takes the wish back. */
  readonly signal?: AbortSignal;
  /** The connection that it belongs to: the lease ends when this aborts. */
  readonly boundTo?: AbortSignal;
}
