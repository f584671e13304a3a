import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { ParameterReport } from '../../../../src/client/index.ts';
import { useRecord } from '../../values/use-records.ts';
import { ParameterRow } from './parameter-row.tsx';
import type { Polls } from './use-polls.ts';
import './parameters.css';

/** More rows are shown when somebody asks for them. */
const rowsAtFirst = 40;
const kinds = ['all', 'watched', 'settings'] as const;
type Kind = (typeof kinds)[number];
const titles: Readonly<Record<Kind, string>> = {
  all: 'All',
  watched: 'Watched',
  settings: 'Can be set',
};

interface Properties {
  readonly instrument: string;
  readonly parameters: readonly ParameterReport[];
  readonly polls: Polls;
}

/** All parameters: their values, and how to change them. Those that are watched come first. */
export function ParameterTable({ instrument, parameters, polls }: Properties): JSX.Element {
  const record = useRecord(instrument);
  const filter = useSignal('');
  const chosen = useSignal<Kind | undefined>(undefined);
  const isAll = useSignal(false);
  const watched = polls.parameters ?? [];
  // Of hundreds of parameters people want those that they watch.
  const first = parameters.length > rowsAtFirst && watched.length > 0 ? 'watched' : 'all';
  const kind = chosen.value ?? first;
  const words = filter.value.trim().toLowerCase().split(/\s+/);
  const shown = parameters
    .filter(({ name, title, access, number }) => {
      if (kind === 'watched' && words.join('') === '' && !watched.includes(name)) return false;
      if (kind === 'settings' && access === 'read') return false;
      const text = `${name} ${title} ${number ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((one, other) => rank(one, watched) - rank(other, watched));
  return (
    <section class="part" aria-labelledby="parameters-title">
      <div class="part-header">
        <h2 id="parameters-title">Parameters</h2>
        <div class="actions">
          <label class="unseen" for="parameter-filter">
            Filter parameters
          </label>
          <input
            id="parameter-filter"
            type="search"
            placeholder="Filter  ( / )"
            value={filter}
            onInput={({ currentTarget }) => (filter.value = currentTarget.value)}
          />
          <label class="unseen" for="parameter-kind">
            Which parameters
          </label>
          <select
            id="parameter-kind"
            value={kind}
            onChange={({ currentTarget }) => (chosen.value = currentTarget.value as Kind)}
          >
            {kinds.map((each) => (
              <option key={each} value={each}>
                {titles[each]}
              </option>
            ))}
          </select>
          <span class="soft number" role="status">
            {shown.length} of {parameters.length}
          </span>
        </div>
      </div>
      <div class="table parameters">
        <table aria-label={`Parameters of ${instrument}`}>
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col">Value</th>
              <th scope="col">
                <span class="unseen">What can be done</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, isAll.value ? undefined : rowsAtFirst).map((parameter) => (
              <ParameterRow
                key={parameter.name}
                instrument={instrument}
                parameter={parameter}
                latest={record?.values[parameter.name]}
                isPolled={watched.includes(parameter.name)}
                changePolled={polls.change}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p class="soft none">No parameter fits.</p>}
        {shown.length > rowsAtFirst && !isAll.value && (
          <div class="all">
            <button type="button" onClick={() => (isAll.value = true)}>
              Show all {shown.length}
            </button>
          </div>
        )}
      </div>
    </section>
  );
}

/** Watched ones in their order, then the others as the instrument has them. */
function rank({ name }: ParameterReport, watched: readonly string[]): number {
  const at = watched.indexOf(name);
  return at === -1 ? watched.length : at;
}
