import type { JSX } from 'preact';

import type { LeaseReport } from '../../../../src/client/index.ts';
import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { DataTable } from '../../parts/data-table.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { spanText } from '../../parts/format.ts';
import { modeText } from '../../parts/lease-mode.ts';
import { Since } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';
import { breakLease } from './break-lease.tsx';

interface Held {
  readonly port: string;
  readonly lease: LeaseReport;
}

interface Properties {
  /** What it lists, for who cannot see it. */
  readonly label: string;
  readonly held: readonly Held[];
  /** Whether it is of several ports, and says of which. @default false */
  readonly isOfMany?: boolean;
}

/** Leases with their holders, and the way to take one away. */
export function LeaseTable({ label, held, isOfMany = false }: Properties): JSX.Element {
  const gateway = useGateway();
  const ofPort: Column<Held> = {
    title: 'Port',
    cell: ({ port }) => <a href={pathOf('ports', port)}>{port}</a>,
  };
  return (
    <DataTable
      label={label}
      rows={held}
      keyOf={({ port, lease }) => `${port} ${lease.id}`}
      columns={[
        { title: 'Holder', cell: ({ lease }) => <OwnerName owner={lease.owner} /> },
        ...(isOfMany ? [ofPort] : []),
        { title: 'Holds', cell: ({ lease }) => lease.scope ?? 'the whole port' },
        { title: 'How', cell: ({ lease }) => modeText(lease.mode) },
        { title: 'For', isNumber: true, cell: ({ lease }) => <Since atMs={lease.sinceMs} /> },
        {
          title: 'Ends in',
          isNumber: true,
          cell: ({ lease: { expiresInMs } }) =>
            Number.isFinite(expiresInMs) ? spanText(expiresInMs) : 'with its connection',
        },
        {
          title: 'Actions',
          cell: ({ port, lease }) => (
            <button
              type="button"
              class="danger small"
              aria-label={`Break the lease of ${lease.owner.program} on ${port}`}
              onClick={() => void breakLease(gateway, port, lease)}
            >
              Break
            </button>
          ),
        },
      ]}
    />
  );
}
