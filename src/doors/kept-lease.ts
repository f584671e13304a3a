import type { Clock, Timer } from '../kernel/index.ts';
import type { Lease } from '../ports/index.ts';

/** A lease that lasts as long as its connection is granted for this long, and renewed in time. */
export const connectionHoldMs = 15_000;
const renewEveryMs = connectionHoldMs / 3;

/** Renews a lease while its connection lives; at the limit it is left to expire. */
export function keepRenewed(lease: Lease, clock: Clock): void {
  const renewLater = (): Timer =>
    clock.schedule(renewEveryMs, () => {
      if (lease.lost.aborted) return;
      try {
        lease.renew();
      } catch {
        // RENEWAL_LIMIT: others wait. The holder is told when it has ended.
      }
      timer = renewLater();
    });
  let timer = renewLater();
  lease.lost.addEventListener('abort', () => timer.cancel(), { once: true });
}
