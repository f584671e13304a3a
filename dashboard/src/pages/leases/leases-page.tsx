import type { JSX } from 'preact';

import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { EmptyState, Loading } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { QueueList } from '../../parts/queue-list.tsx';
import { LeaseTable } from './lease-table.tsx';

/** Who holds what, and who waits for it, on all ports. */
export default function LeasesPage(): JSX.Element {
  const status = useGateway().status.value;
  return (
    <>
      <PageHeader title="Leases">
        An exclusive or shared hold on a port or instrument, which ends by itself.
      </PageHeader>
      {status === undefined ? <Loading what="leases" /> : <Held ports={status.ports} />}
    </>
  );
}

type Ports = NonNullable<ReturnType<typeof useGateway>['status']['value']>['ports'];

function Held({ ports }: { readonly ports: Ports }): JSX.Element {
  const held = ports.flatMap(({ name, leases }) => leases.map((lease) => ({ port: name, lease })));
  const waiting = ports.flatMap(({ name, queue }) =>
    queue.map((each) => ({ ...each, port: name })),
  );
  return (
    <>
      <section aria-labelledby="held-title">
        <h2 id="held-title" class="unseen">
          Held
        </h2>
        {held.length === 0 ? (
          <EmptyState title="Nobody holds anything.">
            <p>
              Programs take turns by themselves, request by request. One that needs a port for
              itself takes a lease: <code>client.lease({'{ port }'})</code>, a VISA lock, or{' '}
              <code>signalbox lock {ports[0]?.name ?? 'PORT'} -- COMMAND</code>.
            </p>
          </EmptyState>
        ) : (
          <LeaseTable label="Leases that are held" held={held} isOfMany />
        )}
      </section>
      <section class="part" aria-labelledby="waiting-title">
        <h2 id="waiting-title">In line</h2>
        {waiting.length === 0 ? (
          <p class="soft">Nobody waits.</p>
        ) : (
          <QueueList label="Who waits" queue={waiting} isOfMany />
        )}
      </section>
      <p class="soft foot-note">
        The line of one port, with what goes over its wire, is on its own page:{' '}
        {ports.map(({ name }, index) => (
          <>
            {index > 0 && ', '}
            <a href={pathOf('ports', name)}>{name}</a>
          </>
        ))}
        .
      </p>
    </>
  );
}
