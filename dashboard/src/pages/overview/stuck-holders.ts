import type { LeaseReport, PortReport, WaitingReport } from '../../../../src/client/index.ts';

/** Who holds so long while others wait is told of; as long as the gateway itself takes for it. */
export const longHoldMs = 10_000;
/** Who waits for less is soon served. */
const longWaitMs = 2_000;

/** A lease that keeps others waiting. */
export interface StuckHolder {
  readonly port: string;
  readonly lease: LeaseReport;
  readonly waiting: number;
  readonly longestWaitMs: number;
}

/** Leases that are held long while somebody waits for them, the longest wait first. */
export function stuckHolders(ports: readonly PortReport[], nowMs: number): readonly StuckHolder[] {
  return ports
    .flatMap(({ name, leases, queue }) =>
      leases.flatMap((lease) => {
        if (nowMs - lease.sinceMs < longHoldMs) return [];
        const behind = queue.filter((each) => isBehind(each, lease));
        const longestWaitMs = Math.max(0, ...behind.map(({ waitedMs }) => waitedMs));
        if (longestWaitMs < longWaitMs) return [];
        return [{ port: name, lease, waiting: behind.length, longestWaitMs }];
      }),
    )
    .toSorted((one, other) => other.longestWaitMs - one.longestWaitMs);
}

/** Whether a lease is in the way of somebody: its holder's own requests are not behind it. */
function isBehind({ owner, scope }: WaitingReport, lease: LeaseReport): boolean {
  if (owner.id === lease.owner.id) return false;
  return scope === undefined || lease.scope === undefined || scope === lease.scope;
}
