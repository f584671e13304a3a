import type { JSX } from 'preact';

import type { StatusReport, StatisticsSummary } from '../../../../src/client/index.ts';
import { Figure } from '../../parts/figure.tsx';
import { countText, percentText, plural, spanOfText, spanText } from '../../parts/format.ts';
import { reach } from './problem-list.ts';

interface Properties {
  readonly status: StatusReport;
  readonly counted: readonly StatisticsSummary[] | undefined;
}

/** What is there, who is in, and how it goes, in a few numbers. */
export function HealthFigures({ status, counted = [] }: Properties): JSX.Element {
  const { ports, instruments, doors } = status;
  const open = ports.filter(({ state }) => state === 'open').length;
  const reachable = instruments.filter((each) => reach(each, ports).tone === 'good').length;
  const clients = new Map(doors.flatMap((door) => door.clients).map((owner) => [owner.id, owner]));
  const programs = new Set(Array.from(clients.values(), ({ program }) => program));
  const queue = ports.flatMap((port) => port.queue);
  const longestMs = Math.max(0, ...queue.map(({ waitedMs }) => waitedMs));
  const held = ports.reduce((sum, { leases }) => sum + leases.length, 0);
  const requests = counted.reduce((sum, { operations }) => sum + operations, 0);
  const failures = counted.reduce((sum, each) => sum + each.failures, 0);
  const slowest = counted.toSorted((one, other) => other.wait.p99Ms - one.wait.p99Ms)[0];
  return (
    <div class="figures six">
      <Figure label="Ports open" value={<OutOf part={open} whole={ports.length} />}>
        {held === 0 ? 'nobody holds one' : plural(held, 'lease')}
      </Figure>
      <Figure
        label="Instruments reachable"
        value={<OutOf part={reachable} whole={instruments.length} />}
      >
        {reachable === instruments.length ? 'all of them' : 'see below'}
      </Figure>
      <Figure label="Programs inside" value={countText(programs.size)}>
        {plural(clients.size, 'connection')}
      </Figure>
      <Figure label="In line" value={countText(queue.length)}>
        {queue.length === 0 ? 'nobody waits' : `the longest for ${spanText(longestMs)}`}
      </Figure>
      <Figure label="Requests" value={countText(requests)}>
        {failures === 0 ? (
          'none failed'
        ) : (
          <span class="bad">
            {countText(failures)} failed ({percentText(failures / requests)})
          </span>
        )}
      </Figure>
      <Figure
        label="Wait p99"
        value={slowest === undefined ? '–' : spanOfText(slowest.wait, 'p99Ms')}
      >
        {slowest !== undefined && `on ${slowest.name}, the slowest`}
      </Figure>
    </div>
  );
}

function OutOf({ part, whole }: { readonly part: number; readonly whole: number }): JSX.Element {
  return (
    <span class={part < whole ? 'bad' : undefined}>
      {part}
      <small> of {whole}</small>
    </span>
  );
}
