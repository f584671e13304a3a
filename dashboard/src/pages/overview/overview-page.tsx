import type { JSX } from 'preact';

import type { StatusReport } from '../../../../src/client/index.ts';
import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { useAsked } from '../../gateway/use-asked.ts';
import { EmptyState, Loading } from '../../parts/empty-state.tsx';
import { sentence } from '../../parts/error-text.ts';
import { Icon } from '../../parts/icon.tsx';
import { Since } from '../../parts/moment.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { PortTable } from '../ports/port-table.tsx';
import { HealthFigures } from './health-figures.tsx';
import { LastFailures } from './last-failures.tsx';
import { problemsOf, reach } from './problem-list.ts';
import { ProgramTable } from './program-table.tsx';
import { SystemPlots } from './system-plots.tsx';
import { TroubleBanners } from './trouble-banners.tsx';

/** What was counted changes with every request: while somebody looks it is asked for this often. */
const everyMs = 2_000;
/** More problems are one problem: where all of them are listed. */
const problemsMost = 6;

/** What is connected, who uses it, whether it is well, and what failed last. */
export default function OverviewPage(): JSX.Element {
  const status = useGateway().status.value;
  const { value: counted } = useAsked(
    async (client, signal) => await client.allStatistics({ signal }),
    everyMs,
  );
  if (status === undefined) return <Loading what="the overview" />;
  const { sinceMs, ports, doors } = status;
  return (
    <>
      <PageHeader title="Overview">
        Running for <Since atMs={sinceMs} />
      </PageHeader>
      <TroubleBanners ports={ports} />
      <Health status={status} />
      <HealthFigures status={status} counted={counted} />
      <div class="beside">
        <div>
          <section aria-labelledby="ports-title">
            <h2 id="ports-title">Who uses what</h2>
            <PortTable ports={ports} counted={counted} isBrief />
          </section>
          <section class="part" aria-labelledby="failures-title">
            <h2 id="failures-title">Failed last</h2>
            <LastFailures counted={counted} />
          </section>
        </div>
        <SystemPlots />
      </div>
      <Instruments status={status} />
      <section class="part" aria-labelledby="programs-title">
        <h2 id="programs-title">Programs inside</h2>
        <ProgramTable doors={doors} />
      </section>
    </>
  );
}

/** Whether all is well, in one line; else what is not, each with the way to it. */
function Health({ status }: { readonly status: StatusReport }): JSX.Element {
  const problems = problemsOf(status, useGateway().alerts.value);
  if (problems.length === 0) {
    return (
      <p class="health good" role="status">
        <Icon name="check" /> All ports are open, and all that runs is ready.
      </p>
    );
  }
  const more = problems.length - problemsMost;
  return (
    <div class={problems[0]?.tone === 'bad' ? 'banner bad' : 'banner'} role="status">
      <Icon name="warning" />
      <ul class="plain">
        {problems.slice(0, problemsMost).map(({ what, why, path }) => (
          <li key={`${what} ${why}`}>
            <a href={path}>{what}</a>
            {why !== '' && <>: {sentence(why)}</>}
          </li>
        ))}
        {more > 0 && <li>and {more} more</li>}
      </ul>
      <a class="button" href="/diagnosis">
        Why is it not working?
      </a>
    </div>
  );
}

function Instruments({ status }: { readonly status: StatusReport }): JSX.Element {
  const { instruments, ports } = status;
  return (
    <section class="part" aria-labelledby="instruments-title">
      <h2 id="instruments-title">Instruments</h2>
      {instruments.length === 0 ? (
        <EmptyState title="There is no instrument yet.">
          <p>
            Name one in the <a href="/settings">settings</a>, or let <code>signalbox discover</code>{' '}
            look for them.
          </p>
        </EmptyState>
      ) : (
        <ul class="tiles">
          {instruments.map((instrument) => {
            const { tone, text } = reach(instrument, ports);
            return (
              <li key={instrument.name}>
                <a class="card tile" href={pathOf('instruments', instrument.name)}>
                  <span class="tile-name">{instrument.title ?? instrument.name}</span>
                  <span class="soft">
                    {instrument.family} on {instrument.port}
                  </span>
                  <StateMark tone={tone} text={text} />
                </a>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
