import type { JSX } from 'preact';

import type { StatisticsReport } from '../../../../src/client/index.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { countText, spanOfText } from '../../parts/format.ts';
import { Ago } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';

/** Who asked last is seen; hundreds are counted. */
const shownMost = 50;

/** What each program has done on a port, who asked last first. */
export function OwnerTable({ owners }: Pick<StatisticsReport, 'owners'>): JSX.Element {
  if (owners.length === 0) return <p class="soft">Nobody has asked anything yet.</p>;
  const rows = owners
    .toSorted((one, other) => (other.lastOperationMs ?? 0) - (one.lastOperationMs ?? 0))
    .slice(0, shownMost);
  return (
    <DataTable
      label="Programs"
      rows={rows}
      keyOf={({ owner }) => owner.id}
      columns={[
        { title: 'Who', cell: ({ owner }) => <OwnerName owner={owner} /> },
        { title: 'Requests', isNumber: true, cell: ({ operations }) => countText(operations) },
        {
          title: 'Failed',
          isNumber: true,
          cell: ({ failures }) => (
            <span class={failures > 0 ? 'bad' : 'soft'}>{countText(failures)}</span>
          ),
        },
        { title: 'Wait p50', isNumber: true, cell: ({ wait }) => spanOfText(wait, 'p50Ms') },
        { title: 'Wait p99', isNumber: true, cell: ({ wait }) => spanOfText(wait, 'p99Ms') },
        {
          title: 'Last',
          isNumber: true,
          cell: ({ lastOperationMs }) =>
            lastOperationMs === undefined ? '–' : <Ago atMs={lastOperationMs} />,
        },
      ]}
    />
  );
}
