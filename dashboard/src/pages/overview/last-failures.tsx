import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import type {
  SignalboxClient,
  StatisticsSummary,
  TraceReport,
} from '../../../../src/client/index.ts';
import { errorCatalogue } from '../../../../src/kernel/index.ts';
import type { ErrorCode } from '../../../../src/kernel/index.ts';
import { pathOf } from '../../app/router.ts';
import { useAsked } from '../../gateway/use-asked.ts';
import { CodeName } from '../../parts/code-name.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { faultWords } from '../../parts/faults.ts';
import { Ago } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';

const everyMs = 3_000;
/** So many are shown. */
const shownMost = 8;
/** Among so many of the newest exchanges of a port failures are looked for. */
const lookedAtMost = 300;

type Failure = TraceReport & { readonly port: string };

/** What failed last on the wires, the newest first. */
export function LastFailures({
  counted,
}: {
  readonly counted: readonly StatisticsSummary[] | undefined;
}): JSX.Element {
  const known = useRef(new Map<string, { failures: number; found: readonly Failure[] }>());
  const newest = useRef(counted);
  newest.current = counted;
  const { value: failures } = useAsked(
    async (client, signal) => await failuresOf(client, signal, newest.current ?? [], known.current),
    everyMs,
    counted === undefined ? 'nothing yet' : 'counted',
  );
  if (failures === undefined || failures.length === 0) {
    return <p class="soft">Nothing has failed of late.</p>;
  }
  return (
    <DataTable
      label="What failed last"
      rows={failures}
      keyOf={({ port, sequence }) => `${port} ${sequence}`}
      columns={[
        { title: 'When', cell: ({ atMs }) => <Ago atMs={atMs} /> },
        {
          title: 'What',
          cell: ({ port, label }) => (
            <>
              {label}
              <div class="soft">
                on <a href={pathOf('ports', port, 'traffic')}>{port}</a>
              </div>
            </>
          ),
        },
        {
          title: 'Who asked',
          cell: ({ owners }) =>
            owners.map((owner) => <OwnerName key={owner.id} owner={owner} isBrief />),
        },
        {
          title: 'Why',
          cell: ({ outcome }) => (
            <>
              <CodeName code={outcome} isBad />
              <div class="soft">{faultOf(outcome as ErrorCode)}</div>
            </>
          ),
        },
      ]}
    />
  );
}

function faultOf(code: ErrorCode): string {
  return `fault of ${faultWords[errorCatalogue[code].fault]}`;
}

/** Only ports on which more has failed since are asked what it was. */
async function failuresOf(
  client: SignalboxClient,
  signal: AbortSignal,
  counted: readonly StatisticsSummary[],
  known: Map<string, { failures: number; found: readonly Failure[] }>,
): Promise<readonly Failure[]> {
  await Promise.all(
    counted.map(async ({ name: port, failures }) => {
      if (known.get(port)?.failures === failures) return;
      const found = failures === 0 ? [] : await client.trace(port, { limit: lookedAtMost, signal });
      const failed = found.filter(({ outcome }) => Object.hasOwn(errorCatalogue, outcome));
      const newest = failed.slice(-shownMost).map((each) => ({ ...each, port }));
      known.set(port, { failures, found: newest });
    }),
  );
  return [...known.values()]
    .flatMap(({ found }) => found)
    .toSorted((one, other) => other.atMs - one.atMs)
    .slice(0, shownMost);
}
