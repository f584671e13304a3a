import type { ComponentChildren, JSX } from 'preact';

import type { PortReport, StatisticsSummary } from '../../../../src/client/index.ts';
import { pathOf } from '../../app/router.ts';
import { CodeName } from '../../parts/code-name.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { countText, spanOfText } from '../../parts/format.ts';
import { Since } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { portTone } from '../../parts/tone.ts';

/** So many classes of errors are named in a row. */
const classesMost = 3;

interface Properties {
  readonly ports: readonly PortReport[];
  readonly counted: readonly StatisticsSummary[] | undefined;
  /** Only what a glance needs. @default false */
  readonly isBrief?: boolean;
}

type Row = PortReport & { readonly counted: StatisticsSummary | undefined };

/** All ports: how each stands, who holds it, who waits how long, and what failed. */
export function PortTable({ ports, counted, isBrief = false }: Properties): JSX.Element {
  if (ports.length === 0) {
    return (
      <EmptyState title="There is no port yet.">
        <p>
          A port is the one owner of a wire. Name one in the <a href="/settings">settings</a>, or
          let <code>signalbox discover</code> look for them.
        </p>
      </EmptyState>
    );
  }
  const rows = ports.map((port): Row => {
    return { ...port, counted: counted?.find(({ name }) => name === port.name) };
  });
  return (
    <DataTable
      label="Ports"
      rows={rows}
      keyOf={({ name }) => name}
      columns={
        isBrief
          ? [name, state, holder, inLine, p99]
          : [nameWithLink, stateWithReason, holder, inLine, waits, failed]
      }
    />
  );
}

const name: Column<Row> = {
  title: 'Port',
  cell: ({ name: called }) => <a href={pathOf('ports', called)}>{called}</a>,
};

const nameWithLink: Column<Row> = {
  title: 'Port',
  cell: ({ name: called, address }) => (
    <>
      <a href={pathOf('ports', called)}>{called}</a>
      <code class="soft address" title={address}>
        {address}
      </code>
    </>
  ),
};

const state: Column<Row> = {
  title: 'State',
  cell: ({ state: how }) => <StateMark tone={portTone(how)} text={how} />,
};

const stateWithReason: Column<Row> = {
  title: 'State',
  cell: ({ state: how, reason }) => (
    <>
      <StateMark tone={portTone(how)} text={how} />
      {reason !== undefined && (
        <div class="soft reason" title={reason}>
          {reason}
        </div>
      )}
    </>
  ),
};

const holder: Column<Row> = { title: 'Held by', cell: holders };

const inLine: Column<Row> = {
  title: 'In line',
  isNumber: true,
  cell: ({ queue }) => <span class={queue.length === 0 ? 'soft' : undefined}>{queue.length}</span>,
};

const waits: Column<Row> = {
  title: 'Wait p50, p99',
  isNumber: true,
  cell: ({ counted }) => (
    <>
      {waitText(counted, 'p50Ms')}
      {counted !== undefined && counted.operations > 0 && <div>{waitText(counted, 'p99Ms')}</div>}
    </>
  ),
};

const p99: Column<Row> = {
  title: 'Wait p99',
  isNumber: true,
  cell: ({ counted }) => waitText(counted, 'p99Ms'),
};

const failed: Column<Row> = {
  title: 'Failed',
  cell: ({ counted }) => <Classes byCode={counted?.failuresByCode ?? {}} />,
};

function holders({ leases, serving }: Row): ComponentChildren {
  if (leases.length > 0) {
    return (
      <ul>
        {leases.map(({ id, owner, sinceMs }) => (
          <li key={id}>
            <OwnerName owner={owner} />{' '}
            <span class="soft">
              for <Since atMs={sinceMs} />
            </span>
          </li>
        ))}
      </ul>
    );
  }
  const [owner] = serving?.owners ?? [];
  if (owner === undefined) return <span class="soft">nobody</span>;
  return (
    <span class="soft">
      nobody; <OwnerName owner={owner} /> is served
    </span>
  );
}

function waitText(counted: StatisticsSummary | undefined, which: 'p50Ms' | 'p99Ms') {
  if (counted === undefined || counted.operations === 0) return <span class="soft">–</span>;
  return spanOfText(counted.wait, which);
}

function Classes({ byCode }: { readonly byCode: Readonly<Record<string, number>> }) {
  const classes = Object.entries(byCode)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one);
  if (classes.length === 0) return <span class="soft">none</span>;
  const more = classes.length - classesMost;
  return (
    <ul>
      {classes.slice(0, classesMost).map(([code, count]) => (
        <li key={code}>
          <span class="number">{countText(count)}</span> × <CodeName code={code} />
        </li>
      ))}
      {more > 0 && <li class="soft">and {more} more</li>}
    </ul>
  );
}
