import type { JSX } from 'preact';

import { useGateway } from '../../gateway/gateway-context.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState, Loading } from '../../parts/empty-state.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { Since } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';
import { PortTable } from '../ports/port-table.tsx';

/** What is connected, who uses it, and whether it is well. */
export default function OverviewPage(): JSX.Element {
  const status = useGateway().status.value;
  if (status === undefined) return <Loading what="the overview" />;
  const { sinceMs, ports, instruments, doors } = status;
  return (
    <>
      <PageHeader title="Overview">
        Running for <Since atMs={sinceMs} />
      </PageHeader>
      <section class="part" aria-labelledby="ports-title">
        <h2 id="ports-title">Ports</h2>
        <PortTable ports={ports} />
      </section>
      <section class="part" aria-labelledby="instruments-title">
        <h2 id="instruments-title">Instruments</h2>
        {instruments.length === 0 ? (
          <EmptyState title="There is no instrument yet.">
            <p>Name one in the settings.</p>
          </EmptyState>
        ) : (
          <DataTable
            label="Instruments"
            rows={instruments}
            keyOf={({ name }) => name}
            columns={[
              { title: 'Instrument', cell: ({ name }) => name },
              { title: 'Family', cell: ({ family }) => family },
              {
                title: 'Port',
                cell: ({ port, scope }) => (scope === undefined ? port : `${port}, ${scope}`),
              },
              { title: 'Parameters', isNumber: true, cell: ({ parameters }) => parameters },
            ]}
          />
        )}
      </section>
      <section class="part" aria-labelledby="doors-title">
        <h2 id="doors-title">Doors</h2>
        <DataTable
          label="Doors"
          rows={doors}
          keyOf={({ name }) => name}
          columns={[
            { title: 'Door', cell: ({ name }) => name },
            { title: 'Kind', cell: ({ kind }) => kind },
            {
              title: 'Address',
              cell: ({ address, resource }) => <code>{resource ?? address}</code>,
            },
            {
              title: 'Inside',
              cell: ({ clients }) =>
                clients.length === 0 ? (
                  <span class="soft">nobody</span>
                ) : (
                  <ul>
                    {clients.map((owner) => (
                      <li key={owner.id}>
                        <OwnerName owner={owner} />
                      </li>
                    ))}
                  </ul>
                ),
            },
          ]}
        />
      </section>
    </>
  );
}
