import type { JSX } from 'preact';

import type { CheckReport } from '../../../../src/client/index.ts';
import { CopyCommand } from '../../parts/copy-command.tsx';
import { sentence } from '../../parts/error-text.ts';
import { faultWords } from '../../parts/faults.ts';
import { Marked } from '../../parts/marked.tsx';
import { Since } from '../../parts/moment.tsx';
import { StateMark } from '../../parts/state-mark.tsx';

/** One thing that is wrong: why, whose fault it is, who has it, and what to do. */
export function FindingCard({ finding }: { readonly finding: CheckReport }): JSX.Element {
  const { name, found, fault, code, holders = [], next, command, isWarning } = finding;
  return (
    <li class={`card finding ${isWarning === true ? 'warning' : 'wrong-one'}`}>
      <h3>
        <StateMark tone={isWarning === true ? 'busy' : 'bad'} text={name} />
      </h3>
      <dl>
        <dt>Why</dt>
        <dd>
          <Marked text={sentence(found)} />
        </dd>
        {fault !== undefined && (
          <>
            <dt>Whose fault</dt>
            <dd>
              {faultWords[fault]} {code !== undefined && <code class="soft">{code}</code>}
            </dd>
          </>
        )}
        {holders.length > 0 && (
          <>
            <dt>Who has it</dt>
            <dd>
              <ul class="plain">
                {holders.map((holder, index) => (
                  <li key={index}>
                    <Holder holder={holder} />
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        {next !== undefined && (
          <>
            <dt>What to do</dt>
            <dd>
              <Marked text={sentence(next)} />
            </dd>
          </>
        )}
        {command !== undefined && (
          <>
            <dt>Command</dt>
            <dd>
              <CopyCommand command={command} />
            </dd>
          </>
        )}
      </dl>
    </li>
  );
}

type HolderReport = NonNullable<CheckReport['holders']>[number];

function Holder({ holder }: { readonly holder: HolderReport }): JSX.Element {
  const { program, pid, user, host, door, sinceMs } = holder;
  const facts = [
    pid === undefined ? undefined : `pid ${pid}`,
    user,
    host === undefined ? undefined : `at ${host}`,
    door === undefined ? undefined : `by ${door}`,
  ].filter((fact) => fact !== undefined);
  return (
    <span class="owner">
      <span class="program">{program}</span>{' '}
      <span class="soft">
        {facts.join(' · ')}
        {sinceMs !== undefined && (
          <>
            {facts.length > 0 && ' · '}for <Since atMs={sinceMs} />
          </>
        )}
      </span>
    </span>
  );
}
