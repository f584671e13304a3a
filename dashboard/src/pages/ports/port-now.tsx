import type { JSX } from 'preact';

import type { PortReport } from '../../../../src/client/index.ts';
import { sentence } from '../../parts/error-text.ts';
import { spanText } from '../../parts/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { Since } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';
import { QueueList } from '../../parts/queue-list.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { LeaseTable } from '../leases/lease-table.tsx';

/** How a port stands now: what is on its wire, who holds it, who waits. */
export function PortNow({ port }: { readonly port: PortReport }): JSX.Element {
  const { name, serving, leases, queue, circuits } = port;
  const silent = Object.entries(circuits).filter(([, { state }]) => state === 'offline');
  return (
    <>
      <Trouble port={port} />
      <section class="part" aria-labelledby="wire-title">
        <h2 id="wire-title">On the wire</h2>
        {serving === undefined ? (
          <p class="soft">Nothing at this moment.</p>
        ) : (
          <p>
            {serving.label} for{' '}
            {serving.owners.map((owner) => (
              <OwnerName key={owner.id} owner={owner} />
            ))}
          </p>
        )}
      </section>
      <section class="part" aria-labelledby="leases-title">
        <h2 id="leases-title">Held by</h2>
        {leases.length === 0 ? (
          <p class="soft">Nobody: all take turns.</p>
        ) : (
          <LeaseTable
            label={`Leases of ${name}`}
            held={leases.map((lease) => ({ port: name, lease }))}
          />
        )}
      </section>
      <section class="part" aria-labelledby="queue-title">
        <h2 id="queue-title">In line</h2>
        {queue.length === 0 ? (
          <p class="soft">Nobody waits.</p>
        ) : (
          <QueueList label={`Who waits for ${name}`} queue={queue} />
        )}
      </section>
      {silent.length > 0 && (
        <section class="part" aria-labelledby="silent-title">
          <h2 id="silent-title">Silent instruments</h2>
          <ul class="plain">
            {silent.map(([scope, { unanswered, sinceMs, nextProbeInMs }]) => (
              <li key={scope}>
                <StateMark tone="bad" text={scope} /> {unanswered} requests without an answer
                {sinceMs !== undefined && (
                  <>
                    , silent for <Since atMs={sinceMs} />
                  </>
                )}
                {nextProbeInMs !== undefined && `, asked again in ${spanText(nextProbeInMs)}`}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Why a port is not open, and what to do. */
function Trouble({ port: { name, state, reason } }: { readonly port: PortReport }) {
  if (reason === undefined) return null;
  return (
    <div class="banner bad">
      <Icon name="warning" />
      <div>
        <strong>
          {name} is {state}.
        </strong>{' '}
        {sentence(reason)}
      </div>
      <a class="button" href="/diagnosis">
        Why is it not working?
      </a>
    </div>
  );
}
