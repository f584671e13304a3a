import type { JSX } from 'preact';

import type { CheckReport } from '../../../../src/client/index.ts';
import { useAsked } from '../../gateway/use-asked.ts';
import { EmptyState, Loading } from '../../parts/empty-state.tsx';
import { errorText } from '../../parts/error-text.ts';
import { plural } from '../../parts/format.ts';
import { Icon } from '../../parts/icon.tsx';
import { Ago } from '../../parts/moment.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { FindingCard } from './finding-card.tsx';

/** What is wrong may mend itself, or be mended elsewhere: it is looked at again this often. */
const everyMs = 10_000;

/** Why it does not work: what the gateway finds wrong, whose fault it is, and what to do. */
export default function DiagnosisPage(): JSX.Element {
  const { value, error, again } = useAsked(
    async (client, signal) => await client.diagnosis({ signal }),
    everyMs,
  );
  return (
    <>
      <PageHeader
        title="Why is it not working?"
        actions={
          <button type="button" onClick={again}>
            Look again
          </button>
        }
      >
        {value === undefined ? (
          'Looking …'
        ) : (
          <>
            {plural(value.checks.length, 'thing was', 'things were')} looked at{' '}
            <Ago atMs={value.atMs} />
          </>
        )}
      </PageHeader>
      {error !== undefined && (
        <p class="bad" role="alert">
          {errorText(error)}
        </p>
      )}
      {value === undefined ? (
        error === undefined && <Loading what="what was found" />
      ) : (
        <Findings checks={value.checks} />
      )}
    </>
  );
}

function Findings({ checks }: { readonly checks: readonly CheckReport[] }): JSX.Element {
  const wrong = checks.filter(({ passed, isWarning }) => !passed && isWarning !== true);
  const warnings = checks.filter(({ passed, isWarning }) => !passed && isWarning === true);
  const well = checks.filter(({ passed }) => passed);
  return (
    <>
      <div role="status">
        {wrong.length === 0 ? (
          <div class="banner good">
            <Icon name="check" />
            <p>
              <strong>Nothing is wrong</strong> as far as the gateway can see
              {warnings.length > 0 ? `, with ${plural(warnings.length, 'thing')} to know.` : '.'}
            </p>
          </div>
        ) : (
          <p class="unseen">{plural(wrong.length, 'thing is', 'things are')} wrong.</p>
        )}
      </div>
      <FindingList id="wrong" title="Wrong" findings={wrong} />
      <FindingList id="warnings" title="To know" findings={warnings} />
      {wrong.length === 0 && warnings.length === 0 && (
        <EmptyState title="If a program still does not work, look at its side:">
          <p>
            Who waits for whom is under <a href="/leases">Leases</a>, what goes over a wire is on
            the page of its <a href="/ports">port</a>.
          </p>
        </EmptyState>
      )}
      <section class="part" aria-labelledby="well-title">
        <details>
          <summary>
            <h2 id="well-title">Well: {well.length}</h2>
          </summary>
          <ul class="plain well">
            {well.map(({ area, name, found }) => (
              <li key={`${area} ${name}`}>
                <StateMark tone="good" text={name} /> <span class="soft">{found}</span>
              </li>
            ))}
          </ul>
        </details>
      </section>
    </>
  );
}

interface ListProperties {
  readonly id: string;
  readonly title: string;
  readonly findings: readonly CheckReport[];
}

function FindingList({ id, title, findings }: ListProperties): JSX.Element | null {
  if (findings.length === 0) return null;
  return (
    <section class="part" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {title}: {findings.length}
      </h2>
      <ul class="findings">
        {findings.map((finding, index) => (
          <FindingCard key={`${finding.area} ${finding.name} ${index}`} finding={finding} />
        ))}
      </ul>
    </section>
  );
}
