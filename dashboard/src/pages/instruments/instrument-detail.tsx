import type { JSX } from 'preact';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type {
  InstrumentReport,
  ParameterReport,
  PortReport,
} from '../../../../src/client/index.ts';
import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { EmptyState, Loading } from '../../parts/empty-state.tsx';
import { Ago } from '../../parts/moment.tsx';
import { OwnerName } from '../../parts/owner-name.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { useRecord } from '../../values/use-records.ts';
import { InstrumentActions } from './instrument-actions.tsx';
import { InstrumentFunctions } from './instrument-functions.tsx';
import { InstrumentPlot } from './instrument-plot.tsx';
import { instrumentState } from './instrument-state.ts';
import { LeasePanel } from './lease-panel.tsx';
import { MessageConsole } from './message-console.tsx';
import { ParameterTable } from './parameter-table.tsx';
import { usePolls } from './use-polls.ts';

/** One instrument: what it says, what can be set and done, and who holds it. */
export function InstrumentDetail({ name }: { readonly name: string }): JSX.Element {
  const status = useGateway().status.value;
  if (status === undefined) return <Loading what={name} />;
  const instrument = status.instruments.find((each) => each.name === name);
  const up = { path: pathOf('instruments'), title: 'Instruments' };
  if (instrument === undefined) {
    return (
      <>
        <PageHeader title={name} up={up} />
        <EmptyState title={`There is no instrument ‘${name}’.`}>
          <p>
            It may have been renamed or removed. <a href={up.path}>All instruments</a>
          </p>
        </EmptyState>
      </>
    );
  }
  const port = status.ports.find((each) => each.name === instrument.port);
  return (
    <>
      <Head instrument={instrument} port={port} up={up} />
      <Parts instrument={instrument} port={port} />
    </>
  );
}

interface About {
  readonly instrument: InstrumentReport;
  readonly port: PortReport | undefined;
}

function Head({
  instrument,
  port,
  up,
}: About & { readonly up: { readonly path: string; readonly title: string } }): JSX.Element {
  const { name, title, family, scope, lastChange } = instrument;
  const record = useRecord(name);
  const { tone, text, why } = instrumentState(instrument, port, record);
  return (
    <>
      <PageHeader title={title ?? name} up={up} actions={<Identify name={name} />}>
        <StateMark tone={tone} text={text} /> ·{' '}
        {title === undefined || title === name ? '' : `${name} · `}
        {family} on <a href={pathOf('ports', instrument.port)}>{instrument.port}</a>
        {scope === undefined ? '' : `, ${scope}`}
        {lastChange !== undefined && (
          <>
            {' '}
            · last changed <Ago atMs={lastChange.atMs} /> by <OwnerName owner={lastChange.by} /> (
            {lastChange.what})
          </>
        )}
      </PageHeader>
      {tone === 'bad' && why !== undefined && (
        <div class="banner bad">
          <p>
            {why}. <a href={pathOf('diagnosis')}>Why is it not working?</a>
          </p>
        </div>
      )}
    </>
  );
}

/** Asks the instrument what it is. */
function Identify({ name }: { readonly name: string }): JSX.Element {
  const client = useGateway().client.value;
  const answer = useSignal('');
  const isAsking = useSignal(false);
  const ask = async (): Promise<void> => {
    isAsking.value = true;
    try {
      answer.value = (await client.identify(name)).text;
    } catch (error) {
      answer.value = error instanceof Error ? error.message : String(error);
    } finally {
      isAsking.value = false;
    }
  };
  return (
    <>
      <span role="status" class="soft identity">
        {answer}
      </span>
      <button type="button" disabled={isAsking.value} onClick={() => void ask()}>
        What is it?
      </button>
    </>
  );
}

function Parts({ instrument, port }: About): JSX.Element {
  const { name } = instrument;
  const client = useGateway().client.value;
  const parameters = useSignal<readonly ParameterReport[] | undefined>(undefined);
  const failure = useSignal<string | undefined>(undefined);
  const polls = usePolls(name);
  useEffect(() => {
    const stop = new AbortController();
    client.parameters(name, { signal: stop.signal }).then(
      (found) => (parameters.value = found),
      (error: unknown) => {
        if (!stop.signal.aborted) failure.value = String(error);
      },
    );
    return () => stop.abort();
  }, [client, name]);
  if (failure.value !== undefined) return <p class="bad">{failure}</p>;
  if (parameters.value === undefined) return <Loading what={`the parameters of ${name}`} />;
  return (
    <>
      <InstrumentPlot instrument={name} parameters={parameters.value} polls={polls} />
      <LeasePanel instrument={instrument} port={port} />
      <ParameterTable instrument={name} parameters={parameters.value} polls={polls} />
      {instrument.actions.length > 0 && <InstrumentActions instrument={instrument} />}
      {instrument.calls && <InstrumentFunctions instrument={name} />}
      {instrument.messages && <MessageConsole instrument={name} />}
    </>
  );
}
