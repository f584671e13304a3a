import { signal } from '@preact/signals';
import type { JSX } from 'preact';

import type { DeadlockReport, PortReport } from '../../../../src/client/index.ts';
import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { useAsked } from '../../gateway/use-asked.ts';
import { useNow } from '../../parts/clock.ts';
import { plural, spanText } from '../../parts/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { Ago, Since } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';
import { breakLease } from '../leases/break-lease.tsx';
import { stuckHolders } from './stuck-holders.ts';
import type { StuckHolder } from './stuck-holders.ts';

/** A deadlock was refused, nothing hangs: it is news for so long. */
const deadlockToldForMs = 600_000;
const everyMs = 5_000;

/** Up to here deadlocks were put away by this reader. */
const putAwayUpToMs = signal(0);

/** Who keeps others waiting, and waits that would have been deadlocks: with what can be done. */
export function TroubleBanners({ ports }: { readonly ports: readonly PortReport[] }): JSX.Element {
  const nowMs = useNow();
  const { value: deadlocks = [] } = useAsked(
    async (client, signal) => await client.deadlocks({ signal }),
    everyMs,
  );
  const fresh = deadlocks.filter(
    ({ atMs }) => nowMs - atMs < deadlockToldForMs && atMs > putAwayUpToMs.value,
  );
  const newest = fresh.at(-1);
  return (
    <div role="status" class="troubles">
      {stuckHolders(ports, nowMs).map((stuck) => (
        <StuckBanner key={stuck.lease.id} stuck={stuck} />
      ))}
      {newest !== undefined && <DeadlockBanner newest={newest} count={fresh.length} />}
    </div>
  );
}

function StuckBanner({ stuck }: { readonly stuck: StuckHolder }): JSX.Element {
  const gateway = useGateway();
  const { port, lease, waiting, longestWaitMs } = stuck;
  return (
    <div class="banner">
      <Icon name="warning" />
      <p>
        <OwnerName owner={lease.owner} /> has held{' '}
        <strong>{lease.scope === undefined ? port : `${lease.scope} on ${port}`}</strong> for{' '}
        <Since atMs={lease.sinceMs} />, and {plural(waiting, 'request waits', 'requests wait')}, the
        longest for <span class="number">{spanText(longestWaitMs)}</span>.
      </p>
      <span class="actions">
        <a class="button" href={pathOf('ports', port)}>
          See the line
        </a>
        <button type="button" class="danger" onClick={() => void breakLease(gateway, port, lease)}>
          Break the lease
        </button>
      </span>
    </div>
  );
}

interface DeadlockProperties {
  readonly newest: DeadlockReport;
  readonly count: number;
}

function DeadlockBanner({ newest, count }: DeadlockProperties): JSX.Element {
  const { atMs, owner, cycle } = newest;
  return (
    <div class="banner">
      <Icon name="warning" />
      <div>
        <p>
          A wait of <OwnerName owner={owner} /> was refused <Ago atMs={atMs} />, because it would
          have been a deadlock{count > 1 && `; ${count} such waits of late`}. Nothing hangs: its
          program was told, and has to be mended.
        </p>
        <details>
          <summary>Who waits for whom</summary>
          <ol>
            {cycle.map(({ waiter, resource, holder }) => (
              <li key={`${waiter} ${resource}`}>
                {waiter} waits for <strong>{resource}</strong>, which {holder} holds
              </li>
            ))}
          </ol>
        </details>
      </div>
      <span class="actions">
        <a class="button" href="/leases">
          See the leases
        </a>
        <button type="button" onClick={() => (putAwayUpToMs.value = atMs)}>
          Put away
        </button>
      </span>
    </div>
  );
}
