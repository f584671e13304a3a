import { describeOwner } from '../kernel/index.ts';
import type { Clock, Owner } from '../kernel/index.ts';
import type { WaiterStatus, WaitStatistics } from './wait-line.ts';
import type { WaitGraph } from './wait-graph.ts';

export interface LockOptions {
  /** As people know it. */
  readonly name: string;
  /** Where it stands in the order in which locks must be taken. @default no order is checked */
  readonly rank?: number;
  /** Refuses waits that would be a deadlock. @default none: a deadlock lasts until a timeout */
  readonly graph?: WaitGraph;
  /** Measures waits and holds. @default the time of the present turn of the event loop */
  readonly clock?: Clock;
}

/** Who holds a lock. Plain data. */
export interface HolderStatus {
  readonly owner: Owner;
  /** When it was taken, ms since 1970. */
  readonly sinceMs: number;
  readonly heldMs: number;
}

/** A lock as people see it. Plain data. */
export interface LockStatus {
  readonly name: string;
  readonly mode: 'free' | 'exclusive' | 'shared';
  /** Each guard that is held, the oldest first. */
  readonly holders: readonly HolderStatus[];
  /** Who waits, the next one first. */
  readonly waiting: readonly WaiterStatus[];
}

export interface LockStatistics extends WaitStatistics {
  /** How often it was taken. A `Mutex` does not count that its holder takes it again. */
  readonly acquisitions: number;
  readonly totalHoldMs: number;
  readonly longestHoldMs: number;
}

/** One holder, from times of the lock's monotonic clock. */
export function holderStatus(owner: Owner, startedMs: number, clock: Clock): HolderStatus {
  const heldMs = clock.monotonic() - startedMs;
  return { owner, sinceMs: clock.now() - heldMs, heldMs };
}

/** Who holds it in a few words, for the message of a wait that ended. */
export function describeHolders(holders: readonly HolderStatus[]): string {
  const [first] = holders;
  if (first === undefined) return 'held by nobody any more';
  const more = holders.length > 1 ? ` and ${holders.length - 1} more` : '';
  return `held by ${describeOwner(first.owner)}${more} for ${Math.round(first.heldMs)} ms`;
}
