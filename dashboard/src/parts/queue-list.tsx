import type { JSX } from 'preact';

import type { WaitingReport } from '../../../src/client/index.ts';
import { DataTable } from './data-table.tsx';
import { spanText } from './format.ts';
import { OwnerName } from './owner-name.tsx';

/** Who waits is seen; thousands in line are counted. */
const shownMost = 50;

interface Properties {
  /** What it lists, for who cannot see it. */
  readonly label: string;
  readonly queue: readonly (WaitingReport & { readonly port?: string })[];
  /** Whether it is of several ports, and says of which. @default false */
  readonly isOfMany?: boolean;
}

/** Who waits, for what, and for how long. */
export function QueueList({ label, queue, isOfMany = false }: Properties): JSX.Element {
  const rows = queue.slice(0, shownMost).map((each, index) => ({ ...each, index }));
  const more = queue.length - rows.length;
  return (
    <>
      <DataTable
        label={label}
        rows={rows}
        keyOf={({ index }) => String(index)}
        columns={[
          { title: 'Who', cell: ({ owner }) => <OwnerName owner={owner} /> },
          ...(isOfMany
            ? [{ title: 'Port', cell: ({ port = '' }: (typeof rows)[number]) => port }]
            : []),
          {
            title: 'Waits for',
            cell: ({ kind, label: what }) => (kind === 'lease' ? `a lease: ${what}` : what),
          },
          { title: 'Priority', cell: ({ priority }) => priority },
          { title: 'Waited', isNumber: true, cell: ({ waitedMs }) => spanText(waitedMs) },
        ]}
      />
      {more > 0 && <p class="soft after">and {more} more</p>}
    </>
  );
}
