import type { JSX } from 'preact';

import type { PortReport } from '../../../../src/client/index.ts';
import { pathOf } from '../../app/router.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';
import { portTone, StateMark } from '../../parts/state-mark.tsx';

/** All ports: how each stands, who holds it, and who waits. */
export function PortTable({ ports }: { readonly ports: readonly PortReport[] }): JSX.Element {
  if (ports.length === 0) {
    return (
      <EmptyState title="There is no port yet.">
        <p>A port is the one owner of a wire. Name one in the settings.</p>
      </EmptyState>
    );
  }
  return (
    <DataTable
      label="Ports"
      rows={ports}
      keyOf={({ name }) => name}
      columns={[
        { title: 'Port', cell: ({ name }) => <a href={pathOf('ports', name)}>{name}</a> },
        {
          title: 'State',
          cell: ({ state, reason }) => (
            <>
              <StateMark tone={portTone(state)} text={state} />
              {reason !== undefined && <div class="soft">{reason}</div>}
            </>
          ),
        },
        {
          title: 'Held by',
          cell: ({ leases }) =>
            leases.length === 0 ? (
              <span class="soft">nobody</span>
            ) : (
              <ul>
                {leases.map(({ id, owner }) => (
                  <li key={id}>
                    <OwnerName owner={owner} />
                  </li>
                ))}
              </ul>
            ),
        },
        { title: 'In line', isNumber: true, cell: ({ queue }) => queue.length },
        { title: 'Link', cell: ({ address }) => <code>{address}</code> },
      ]}
    />
  );
}
