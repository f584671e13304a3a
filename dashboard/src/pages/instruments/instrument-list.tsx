import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { InstrumentReport, PortReport } from '../../../../src/client/index.ts';
import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { EmptyState, Loading } from '../../parts/empty-state.tsx';
import { Icon } from '../../parts/icon.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { SampleBuffer } from '../../plots/sample-buffer.ts';
import { Sparkline } from '../../plots/sparkline.tsx';
import { useAllRecords } from '../../values/use-records.ts';
import { valueText } from '../../values/value-text.ts';
import type { ValuesRecord } from '../../values/values-record.ts';
import { VirtualRows } from '../../parts/virtual-rows.tsx';
import { instrumentState, keyValues, leasesOn } from './instrument-state.ts';

const keyValuesMost = 3;
const sparkSamples = 128;
const rowHeight = 62;
const narrowHeight = 148;

/** All instruments, with what they say now. */
export function InstrumentList(): JSX.Element {
  const gateway = useGateway();
  const status = gateway.status.value;
  const { records } = useAllRecords();
  const sparks = useSparks();
  const filter = useSignal('');
  if (status === undefined) return <Loading what="instruments" />;
  const { instruments, ports } = status;
  const words = filter.value.trim().toLowerCase().split(/\s+/);
  const shown = instruments.filter(({ name, title = '', family, port }) => {
    const text = `${name} ${title} ${family} ${port}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <>
      <PageHeader
        title="Instruments"
        actions={
          <a class="button" href={pathOf('add')}>
            <Icon name="add" /> Add an instrument
          </a>
        }
      >
        What is connected, what it says now, and who holds it.
      </PageHeader>
      {instruments.length === 0 ? (
        <EmptyState title="There is no instrument yet.">
          <p>
            <a href={pathOf('add')}>Find one</a>: on a serial line, in the network, or a simulated
            one to begin with.
          </p>
        </EmptyState>
      ) : (
        <>
          <div class="list-tools">
            <label class="unseen" for="instrument-filter">
              Filter instruments
            </label>
            <input
              id="instrument-filter"
              type="search"
              placeholder="Filter by name, driver, port  ( / )"
              value={filter}
              onInput={({ currentTarget }) => (filter.value = currentTarget.value)}
            />
            <span class="soft number" role="status">
              {shown.length === instruments.length
                ? `${instruments.length}`
                : `${shown.length} of ${instruments.length}`}
            </span>
          </div>
          {shown.length === 0 ? (
            <EmptyState title={`No instrument fits ‘${filter.value.trim()}’.`}>
              <button type="button" onClick={() => (filter.value = '')}>
                Show all
              </button>
            </EmptyState>
          ) : (
            <VirtualRows
              label="Instruments"
              columns={['Instrument', 'State', 'Values', 'Lately', 'Held by']}
              layout="instruments"
              rowHeight={rowHeight}
              narrowHeight={narrowHeight}
              rows={shown}
              keyOf={({ name }) => name}
              row={(instrument) =>
                cells(instrument, {
                  port: ports.find(({ name }) => name === instrument.port),
                  record: records.get(instrument.name),
                  spark: sparks.get(instrument.name),
                })
              }
            />
          )}
        </>
      )}
    </>
  );
}

interface About {
  readonly port: PortReport | undefined;
  readonly record: ValuesRecord | undefined;
  readonly spark: SampleBuffer | undefined;
}

function cells(instrument: InstrumentReport, { port, record, spark }: About): JSX.Element[] {
  const { name, title, family, scope } = instrument;
  const state = instrumentState(instrument, port, record);
  const [holder] = leasesOn(instrument, port);
  return [
    <>
      <a class="row-title" href={pathOf('instruments', name)}>
        {name}
      </a>
      <span class="soft">
        {title === undefined || title === name ? '' : `${title} · `}
        {family} on {instrument.port}
        {scope === undefined ? '' : `, ${scope}`}
      </span>
    </>,
    <span title={state.why}>
      <StateMark tone={state.tone} text={state.text} />
    </span>,
    <KeyValues record={record} />,
    spark === undefined ? <span /> : <Sparkline samples={spark} revision={spark.newestMs} />,
    holder === undefined ? <span class="soft">nobody</span> : <>{holder.owner.program}</>,
  ];
}

function KeyValues({ record }: { readonly record: ValuesRecord | undefined }): JSX.Element {
  const names = keyValues(record, keyValuesMost);
  if (names.length === 0) return <span class="soft">nothing is polled</span>;
  return (
    <dl class="key-values">
      {names.map((name) => {
        const { value, unit, quality, why } = record?.values[name] ?? { quality: 'bad' };
        const shown = valueText(value, unit);
        return (
          <div key={name} title={why?.message}>
            <dt>{name}</dt>
            <dd class="number">
              {shown.text} <small>{shown.unit}</small>
              {quality !== 'good' && (
                <span class={quality === 'bad' ? 'quality bad' : 'quality busy'}> {quality}</span>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** The last values of the first number of each instrument, since the page was opened. */
function useSparks(): ReadonlyMap<string, SampleBuffer> {
  const records = useGateway().records;
  const sparks = useRef(new Map<string, SampleBuffer>());
  useEffect(
    () =>
      records.follow('*', (record) => {
        const [name] = keyValues(record, 1);
        const latest = name === undefined ? undefined : record.values[name];
        if (typeof latest?.value !== 'number') return;
        let buffer = sparks.current.get(record.instrument);
        if (buffer === undefined) {
          buffer = new SampleBuffer(sparkSamples);
          sparks.current.set(record.instrument, buffer);
        }
        if (latest.quality === 'good') buffer.push(latest.atMs, latest.value);
        else buffer.pushGap(record.updatedMs);
      }),
    [records],
  );
  return sparks.current;
}
