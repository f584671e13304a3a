import { SignalboxError } from '../kernel/index.ts';
import type { Agent } from './agent.ts';

/** A lock that stands in an order. */
export interface Ranked {
  readonly name: string;
  /** Locks are taken from low to high. Absent: in no order. */
  readonly rank: number | undefined;
}

/** @throws LOCK_ORDER when `by` holds a lock of a higher rank */
export function checkRank(lock: Ranked, by: Agent): void {
  if (lock.rank === undefined) return;
  const held = by.highestRank;
  if (held <= lock.rank) return;
  throw new SignalboxError(
    'LOCK_ORDER',
    `${String(by)} asked for ${lock.name} (rank ${lock.rank}) while holding a lock of rank ${held}`,
    { details: { lock: lock.name, rank: lock.rank, heldRank: held } },
  );
}
