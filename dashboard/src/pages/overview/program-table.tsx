import type { JSX } from 'preact';

import type { DoorReport } from '../../../../src/client/index.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Since } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';

/** Who came in last is seen; thousands are counted. */
const shownMost = 50;

/** Who is inside, through which door, and since when; and where the doors are. */
export function ProgramTable({ doors }: { readonly doors: readonly DoorReport[] }): JSX.Element {
  const inside = doors.flatMap((door) => door.clients.map((owner) => ({ owner, door })));
  const rows = inside
    .toSorted((one, other) => other.owner.sinceMs - one.owner.sinceMs)
    .slice(0, shownMost);
  const more = inside.length - rows.length;
  return (
    <>
      {rows.length === 0 ? (
        <EmptyState title="No program is inside.">
          <p>Set the port of a program to one of the doors below.</p>
        </EmptyState>
      ) : (
        <DataTable
          label="Programs inside"
          rows={rows}
          keyOf={({ owner, door }) => `${door.name} ${owner.id}`}
          columns={[
            { title: 'Program', cell: ({ owner }) => <OwnerName owner={owner} /> },
            { title: 'Came in by', cell: ({ door }) => door.name },
            {
              title: 'To',
              cell: ({ door: { serves } }) =>
                serves === undefined ? 'everything' : (serves.instrument ?? serves.port),
            },
            { title: 'For', isNumber: true, cell: ({ owner }) => <Since atMs={owner.sinceMs} /> },
          ]}
        />
      )}
      {more > 0 && <p class="soft after">and {more} more</p>}
      <details class="after">
        <summary>Doors: {doors.length}</summary>
        <DataTable
          label="Doors"
          rows={doors}
          keyOf={({ name }) => name}
          columns={[
            { title: 'Door', cell: ({ name }) => name },
            { title: 'Kind', cell: ({ kind }) => kind },
            {
              title: 'Address for programs',
              cell: ({ address, resource }) => <code>{resource ?? address}</code>,
            },
            {
              title: 'To',
              cell: ({ serves }) =>
                serves === undefined ? 'everything' : (serves.instrument ?? serves.port),
            },
            { title: 'Inside', isNumber: true, cell: ({ clients }) => clients.length },
          ]}
        />
      </details>
    </>
  );
}
