import type { JSX } from 'preact';
import { useSignal } from '@preact/signals';

import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { EmptyState, Loading } from '../../parts/empty-state.tsx';
import { Icon } from '../../parts/icon.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { plural, spanText } from '../../parts/format.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import type { Tone } from '../../parts/tone.ts';
import { VirtualRows } from '../../parts/virtual-rows.tsx';
import { useAllRecords } from '../../values/use-records.ts';
import { inOrder, isHot, isMiner, minerFacts, totalOf } from './miner-facts.ts';
import type { MinerFacts, MinerOrder } from './miner-facts.ts';
import { MinerMenu } from './miner-menu.tsx';
import { difficultyText, quantityText } from './miner-texts.ts';
import { MinersTotal } from './miners-total.tsx';
import './miners.css';

const rowHeight = 56;
const narrowHeight = 196;
const shownKinds = ['all', 'offline', 'trouble'] as const;
type ShownKind = (typeof shownKinds)[number];
const kindTitles: Readonly<Record<ShownKind, string>> = {
  all: 'All',
  offline: 'Offline',
  trouble: 'Hot or in trouble',
};

const columns: readonly { readonly title: string; readonly by: MinerOrder }[] = [
  { title: 'Miner', by: 'name' },
  { title: 'State', by: 'state' },
  { title: 'Hash rate', by: 'hashRate' },
  { title: 'Efficiency', by: 'efficiency' },
  { title: 'Power', by: 'power' },
  { title: 'Chips', by: 'temperature' },
  { title: 'Best difficulty', by: 'bestDifficulty' },
  { title: 'Shares', by: 'accepted' },
  { title: 'Up', by: 'uptime' },
];

/** All miners: what they do together, and each of them. */
export default function MinersPage(): JSX.Element {
  const status = useGateway().status.value;
  const { records } = useAllRecords();
  const filter = useSignal('');
  const kind = useSignal<ShownKind>('all');
  const order = useSignal<{ readonly by: MinerOrder; readonly isDescending: boolean }>({
    by: 'name',
    isDescending: false,
  });
  if (status === undefined) return <Loading what="miners" />;
  const miners = status.instruments
    .filter(isMiner)
    .map((miner) => minerFacts(miner, records.get(miner.name)));
  if (miners.length === 0) {
    return (
      <>
        <PageHeader title="Miners" />
        <EmptyState title="There is no miner yet.">
          <p>
            <a href={pathOf('add')}>Look for miners</a> in your network: Bitaxe, Avalon and others
            that speak cgminer’s language are found by themselves.
          </p>
        </EmptyState>
      </>
    );
  }
  const words = filter.value.trim().toLowerCase().split(/\s+/);
  const fitting = miners.filter((miner) => {
    if (kind.value !== 'all' && miner.state !== kind.value) return false;
    const { name, title, family, model, pool } = miner;
    const text = `${name} ${title} ${family} ${model} ${pool}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const { by, isDescending } = order.value;
  const sortBy = (wanted: MinerOrder): void => {
    // Who asks for numbers wants the largest first.
    const again = wanted === by;
    order.value = { by: wanted, isDescending: again ? !isDescending : wanted !== 'name' };
  };
  return (
    <>
      <PageHeader
        title="Miners"
        actions={
          <a class="button" href={pathOf('add')}>
            <Icon name="add" /> Add miners
          </a>
        }
      >
        {plural(miners.length, 'miner')}, solo or at a pool.
      </PageHeader>
      <MinersTotal total={totalOf(miners)} />
      <section class="part" aria-label="Each miner">
        <div class="list-tools">
          <label class="unseen" for="miner-filter">
            Filter miners
          </label>
          <input
            id="miner-filter"
            type="search"
            placeholder="Filter by name, model, pool  ( / )"
            value={filter}
            onInput={({ currentTarget }) => (filter.value = currentTarget.value)}
          />
          <label class="unseen" for="miner-kind">
            Which miners
          </label>
          <select
            id="miner-kind"
            value={kind}
            onChange={({ currentTarget }) => (kind.value = currentTarget.value as ShownKind)}
          >
            {shownKinds.map((each) => (
              <option key={each} value={each}>
                {kindTitles[each]}
              </option>
            ))}
          </select>
          <span class="narrow-only">
            <label class="unseen" for="miner-order">
              Order
            </label>
            <select
              id="miner-order"
              value={by}
              onChange={({ currentTarget }) => sortBy(currentTarget.value as MinerOrder)}
            >
              {columns.map((column) => (
                <option key={column.by} value={column.by}>
                  {column.title}
                </option>
              ))}
            </select>
          </span>
          <span class="soft number" role="status">
            {fitting.length === miners.length
              ? plural(miners.length, 'miner')
              : `${fitting.length} of ${plural(miners.length, 'miner')}`}
          </span>
        </div>
        {fitting.length === 0 ? (
          <EmptyState title="No miner fits." />
        ) : (
          <VirtualRows
            label="Miners"
            layout="miners"
            rowHeight={rowHeight}
            narrowHeight={narrowHeight}
            columns={[
              ...columns.map((column) => (
                <button
                  key={column.by}
                  type="button"
                  class="quiet sort"
                  onClick={() => sortBy(column.by)}
                >
                  {column.title}
                  <span aria-hidden="true">
                    {by === column.by ? (isDescending ? ' ↓' : ' ↑') : ''}
                  </span>
                </button>
              )),
              <span key="do" class="unseen">
                What can be done
              </span>,
            ]}
            sorts={columns.map((column) =>
              column.by === by ? (isDescending ? 'descending' : 'ascending') : 'none',
            )}
            rows={inOrder(fitting, by, isDescending)}
            keyOf={({ name }) => name}
            row={cells}
          />
        )}
      </section>
    </>
  );
}

const tones: Readonly<Record<MinerFacts['state'], Tone>> = {
  online: 'good',
  offline: 'bad',
  trouble: 'busy',
  unknown: 'idle',
};

function cells(miner: MinerFacts): JSX.Element[] {
  const { name, title, model, family, state, why } = miner;
  const { hashRate, expectedHashRate, temperature, fanSpeed, accepted, rejected } = miner;
  const share =
    hashRate === undefined || !(Number(expectedHashRate) > 0)
      ? undefined
      : Math.round((hashRate / Number(expectedHashRate)) * 100);
  const hot = isHot(miner);
  return [
    <>
      <a class="row-title" href={pathOf('instruments', name)}>
        {title}
      </a>
      <span class="soft">{model === '' ? family : model}</span>
    </>,
    <span title={why}>
      <StateMark tone={tones[state]} text={state === 'trouble' && hot ? 'hot' : state} />
    </span>,
    <Figure
      label="Hash rate"
      text={quantityText(hashRate, 'GH/s')}
      detail={share === undefined ? '' : `${share} %`}
      about="Share of the hash rate that it should have"
    />,
    <Figure label="Efficiency" text={quantityText(miner.efficiency, 'J/TH')} />,
    <Figure label="Power" text={quantityText(miner.power, 'W')} />,
    <Figure
      label="Chips"
      text={quantityText(temperature, '°C')}
      tone={hot ? 'bad' : undefined}
      detail={fanSpeed === undefined ? '' : `fan ${Math.round(fanSpeed)} %`}
    />,
    <Figure label="Best" text={difficultyText(miner.bestDifficulty)} />,
    <Figure
      label="Shares"
      text={accepted === undefined ? '–' : quantityText(accepted, '', 6)}
      detail={rejected === undefined ? '' : `${quantityText(rejected, '', 6)} refused`}
    />,
    <Figure label="Up" text={miner.uptime === undefined ? '–' : spanText(miner.uptime * 1_000)} />,
    <MinerMenu name={name} title={title} />,
  ];
}

function Figure({
  label,
  text,
  detail = '',
  about,
  tone,
}: {
  readonly label: string;
  readonly text: string;
  readonly detail?: string;
  /** What the detail is. */
  readonly about?: string;
  readonly tone?: 'bad' | undefined;
}): JSX.Element {
  return (
    <span class="miner-figure" data-label={label}>
      <span class={`number ${tone ?? ''}`}>{text}</span>
      {detail !== '' && (
        <span class="soft number" title={about}>
          {detail}
        </span>
      )}
    </span>
  );
}
