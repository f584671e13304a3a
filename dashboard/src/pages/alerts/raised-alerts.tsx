import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

import type { AlertReport, AlertRuleReport } from '../../../../src/client/index.ts';
import { tell, tellError } from '../../app/notices.ts';
import { pathOf } from '../../app/router.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { plural } from '../../parts/format.ts';
import { Ago } from '../../parts/moment.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { inUrgency, severityTone } from './alert-texts.ts';

interface Properties {
  readonly rules: readonly AlertRuleReport[];
  readonly refresh: () => void;
}

/** What is wrong now; the most urgent first. */
export function RaisedAlerts({ rules, refresh }: Properties): JSX.Element {
  const raised = inUrgency(rules.flatMap((rule) => rule.raised));
  return (
    <section class="part" aria-labelledby="raised-title">
      <h2 id="raised-title">Now</h2>
      {raised.length === 0 ? (
        <EmptyState title="Nothing is wrong.">
          <p class="soft">
            {plural(rules.filter(({ enabled }) => enabled).length, 'rule')} watched without a
            finding.
          </p>
        </EmptyState>
      ) : (
        <ul class="alerts">
          {raised.map((alert) => (
            <RaisedAlert key={alert.id} alert={alert} refresh={refresh} />
          ))}
        </ul>
      )}
    </section>
  );
}

const silences = [
  ['1 hour', 3_600],
  ['8 hours', 28_800],
  ['1 day', 86_400],
  ['1 week', 604_800],
] as const;

function RaisedAlert({
  alert,
  refresh,
}: {
  readonly alert: AlertReport;
  readonly refresh: () => void;
}): JSX.Element {
  const client = useGateway().client.value;
  const open = useSignal<'acknowledge' | 'silence' | undefined>(undefined);
  const why = useSignal('');
  const forS = useSignal(3_600);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    form.current?.querySelector<HTMLElement>('input')?.focus();
  }, [open.value]);
  const { subject, acknowledged, severity, title, message, isFlapping, count } = alert;
  const act = async (event: Event): Promise<void> => {
    event.preventDefault();
    const options = { subject, ...(why.value.trim() === '' ? {} : { why: why.value.trim() }) };
    try {
      if (open.value === 'acknowledge') {
        await client.alerts.acknowledge(alert.alert, options);
        tell('good', `${title}: acknowledged.`);
      } else {
        await client.alerts.silence(alert.alert, forS.value, options);
        tell('good', `${title}: nobody is told of it for now.`);
      }
      open.value = undefined;
      refresh();
    } catch (error) {
      tellError(error);
    }
  };
  const toggle = (what: 'acknowledge' | 'silence'): void =>
    void (open.value = open.value === what ? undefined : what);
  return (
    <li class={`card alert ${severity}`}>
      <div class="alert-line">
        <div class="alert-words">
          <h3>
            <StateMark tone={severityTone(severity)} text={severity} /> {title}
          </h3>
          <p>{message}</p>
          <p class="soft">
            <Subject subject={subject} /> · <Ago atMs={alert.raisedMs} />
            {count > 1 ? ` · ${count} times` : ''}
            {isFlapping ? ' · comes and goes' : ''}
            {alert.isTold ? '' : ' · silenced'}
            {acknowledged !== undefined && (
              <>
                {' '}
                · acknowledged by {acknowledged.by} <Ago atMs={acknowledged.atMs} />
                {acknowledged.why === undefined ? '' : `: ${acknowledged.why}`}
              </>
            )}
          </p>
        </div>
        <div class="actions">
          {acknowledged === undefined && (
            <button
              type="button"
              aria-expanded={open.value === 'acknowledge'}
              onClick={() => toggle('acknowledge')}
            >
              Acknowledge
            </button>
          )}
          <button
            type="button"
            aria-expanded={open.value === 'silence'}
            onClick={() => toggle('silence')}
          >
            Silence
          </button>
        </div>
      </div>
      {open.value !== undefined && (
        <form
          ref={form}
          class="alert-form"
          onSubmit={(event) => void act(event)}
          onKeyDown={({ key }) => {
            if (key === 'Escape') open.value = undefined;
          }}
        >
          <label for={`${id}-why`}>Why, for who reads it later</label>
          <input
            id={`${id}-why`}
            maxLength={500}
            value={why}
            placeholder={
              open.value === 'acknowledge' ? 'I take care of it' : 'It is being repaired'
            }
            onInput={({ currentTarget }) => (why.value = currentTarget.value)}
          />
          {open.value === 'silence' && (
            <>
              <label for={`${id}-for`}>for</label>
              <select
                id={`${id}-for`}
                value={forS.value}
                onChange={({ currentTarget }) => (forS.value = Number(currentTarget.value))}
              >
                {silences.map(([words, seconds]) => (
                  <option key={seconds} value={seconds}>
                    {words}
                  </option>
                ))}
              </select>
            </>
          )}
          <button type="submit" class="main">
            {open.value === 'acknowledge' ? 'Acknowledge' : 'Silence'}
          </button>
        </form>
      )}
    </li>
  );
}

/** An instrument or a port as a link to its page; anything else as it is. */
export function Subject({ subject }: { readonly subject: string }): JSX.Element {
  const { instruments = [], ports = [] } = useGateway().status.value ?? {};
  if (instruments.some(({ name }) => name === subject)) {
    return <a href={pathOf('instruments', subject)}>{subject}</a>;
  }
  if (ports.some(({ name }) => name === subject)) {
    return <a href={pathOf('ports', subject)}>{subject}</a>;
  }
  return <>{subject}</>;
}
