import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { BytesReport, TraceReport } from '../../../../src/client/index.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { millisecondsText, momentText, plural, preciseTimeText } from '../../parts/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { ownerFacts } from '../../parts/owner-facts.ts';
import { saveFile } from './save-file.ts';
import { csvOf } from './traffic-export.ts';
import { passes } from './traffic-filter.ts';
import { useTraffic } from './use-traffic.ts';

/** So many of the newest are rows of the page; the rest is there to be filtered and saved. */
const rowsMost = 200;

/** What goes over the wire of a port, as it goes. */
export function LiveTraffic({ port }: { readonly port: string }): JSX.Element {
  const [isPaused, setPaused] = useState(false);
  const [text, setText] = useState('');
  const [isFailuresOnly, setFailuresOnly] = useState(false);
  const [isHex, setHex] = useState(false);
  const { exchanges, held, clear } = useTraffic(port, isPaused);
  const found = exchanges.filter((each) => passes(each, { text, isFailuresOnly }));
  const name = `${port}-traffic`;
  return (
    <section class="part" aria-labelledby="traffic-title">
      <div class="part-header">
        <h2 id="traffic-title">Traffic</h2>
        <div class="actions">
          <button type="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
            <Icon name={isPaused ? 'play' : 'pause'} />
            {isPaused ? `Go on${held > 0 ? ` (${held} new)` : ''}` : 'Pause'}
          </button>
          <button type="button" onClick={clear}>
            Clear
          </button>
          <button
            type="button"
            disabled={found.length === 0}
            onClick={() => saveFile(`${name}.csv`, 'text/csv', csvOf(found))}
          >
            <Icon name="download" />
            CSV
          </button>
          <button
            type="button"
            disabled={found.length === 0}
            onClick={() =>
              saveFile(`${name}.json`, 'application/json', JSON.stringify(found, undefined, 2))
            }
          >
            <Icon name="download" />
            JSON
          </button>
        </div>
      </div>
      <div class="row filters">
        <input
          type="search"
          aria-label="Filter the traffic"
          placeholder="Program, request, reply, code, #number"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <label class="inline">
          <input
            type="checkbox"
            checked={isFailuresOnly}
            onChange={({ currentTarget }) => setFailuresOnly(currentTarget.checked)}
          />
          Failures only
        </label>
        <label class="inline">
          <input
            type="checkbox"
            checked={isHex}
            onChange={({ currentTarget }) => setHex(currentTarget.checked)}
          />
          Bytes as hex
        </label>
        <span class="soft number" role="status">
          {found.length === exchanges.length
            ? plural(exchanges.length, 'exchange')
            : `${found.length} of ${plural(exchanges.length, 'exchange')}`}
        </span>
      </div>
      {found.length === 0 ? (
        <NoTraffic isFiltered={exchanges.length > 0} />
      ) : (
        <TrafficTable exchanges={found.slice(-rowsMost).toReversed()} isHex={isHex} />
      )}
    </section>
  );
}

function NoTraffic({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element {
  return isFiltered ? (
    <EmptyState title="Nothing of it fits the filter." />
  ) : (
    <EmptyState title="Nothing has gone over the wire since you look.">
      <p>Read a value of one of its instruments, or wait for a program to do so.</p>
    </EmptyState>
  );
}

interface TableProperties {
  /** Newest first. */
  readonly exchanges: readonly TraceReport[];
  readonly isHex: boolean;
}

const headings = [
  'Number',
  'Time',
  'Who',
  'What',
  'Request',
  'Reply',
  'Wait',
  'Service',
  'Outcome',
];
const numbers = new Set(['Number', 'Wait', 'Service']);

function TrafficTable({ exchanges, isHex }: TableProperties): JSX.Element {
  return (
    <div class="table blocks traffic">
      <table role="table" aria-label="Exchanges, newest first">
        <thead role="rowgroup">
          <tr role="row">
            {headings.map((heading) => (
              <th
                key={heading}
                scope="col"
                role="columnheader"
                class={numbers.has(heading) ? 'number' : undefined}
              >
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {exchanges.map((exchange) => (
            <TrafficRow key={exchange.sequence} exchange={exchange} isHex={isHex} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TrafficRow({
  exchange: { sequence, atMs, owners, scope, label, request, reply, ...rest },
  isHex,
}: {
  readonly exchange: TraceReport;
  readonly isHex: boolean;
}): JSX.Element {
  const { waitMs, serviceMs, attempts, outcome } = rest;
  return (
    <tr role="row">
      <th scope="row" role="rowheader" class="number">
        #{sequence}
      </th>
      <td role="cell" data-label="Time">
        <time title={momentText(atMs)} dateTime={new Date(atMs).toISOString()}>
          {preciseTimeText(atMs)}
        </time>
      </td>
      <td role="cell" data-label="Who">
        <div>
          {owners.map((owner) => (
            <div key={owner.id} title={`${owner.program} · ${ownerFacts(owner)}`}>
              {owner.program}
            </div>
          ))}
        </div>
      </td>
      <td role="cell" data-label="What">
        <div>
          {label}
          {scope !== undefined && <div class="soft">{scope}</div>}
        </div>
      </td>
      <td role="cell" data-label="Request">
        <Bytes bytes={request} isHex={isHex} />
      </td>
      <td role="cell" data-label="Reply">
        <Bytes bytes={reply} isHex={isHex} />
      </td>
      <td role="cell" data-label="Wait" class="number">
        {millisecondsText(waitMs)}
      </td>
      <td role="cell" data-label="Service" class="number">
        {millisecondsText(serviceMs)}
      </td>
      <td role="cell" data-label="Outcome">
        <div>
          <span class={outcome === 'ok' ? 'good' : outcome === 'late' ? 'busy' : 'bad'}>
            {outcome}
          </span>
          {attempts > 1 && <div class="soft">{plural(attempts, 'attempt')}</div>}
        </div>
      </td>
    </tr>
  );
}

function Bytes({ bytes, isHex }: { readonly bytes: BytesReport; readonly isHex: boolean }) {
  if (bytes.hex === '') return <span class="soft">–</span>;
  return <code title={isHex ? bytes.text : bytes.hex}>{isHex ? bytes.hex : bytes.text}</code>;
}
