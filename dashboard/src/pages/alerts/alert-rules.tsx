import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { AlertRuleReport } from '../../../../src/client/index.ts';
import { tell, tellError } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { ruleTone, severityTone } from './alert-texts.ts';
import { NewRule } from './new-rule.tsx';

interface Properties {
  readonly rules: readonly AlertRuleReport[];
  readonly refresh: () => void;
}

/** What is looked for, and how it stands; a new rule in a few words. */
export function AlertRules({ rules, refresh }: Properties): JSX.Element {
  const client = useGateway().client.value;
  const isAdding = useSignal(false);
  const enable = async ({ name, title, enabled }: AlertRuleReport): Promise<void> => {
    try {
      await client.changeSettings([{ path: ['alerts', name, 'enabled'], value: !enabled }], {
        why: `${enabled ? 'switch off' : 'switch on'} the alert ${name}`,
      });
      tell('good', `${title}: ${enabled ? 'not looked for any more' : 'looked for from now on'}.`);
      refresh();
    } catch (error) {
      tellError(error);
    }
  };
  return (
    <section class="part" aria-labelledby="rules-title">
      <div class="part-header">
        <h2 id="rules-title">Rules</h2>
        <button
          type="button"
          aria-expanded={isAdding.value}
          onClick={() => (isAdding.value = !isAdding.value)}
        >
          Add a rule
        </button>
      </div>
      {isAdding.value && (
        <NewRule
          names={rules.map(({ name }) => name)}
          done={() => {
            isAdding.value = false;
            refresh();
          }}
          close={() => (isAdding.value = false)}
        />
      )}
      <DataTable
        label="Rules"
        rows={rules}
        keyOf={({ name }) => name}
        columns={[
          {
            title: 'Rule',
            cell: ({ title, name, problem }) => (
              <>
                {title}
                <span class="soft rule-name">{name}</span>
                {problem !== undefined && <span class="bad">{problem}</span>}
              </>
            ),
          },
          { title: 'Looks for', cell: ({ words }) => words },
          {
            title: 'Severity',
            cell: ({ severity }) => <StateMark tone={severityTone(severity)} text={severity} />,
          },
          {
            title: 'State',
            cell: ({ state, rising, raised }) => (
              <>
                <StateMark tone={ruleTone(state)} text={state} />
                {raised.length > 0 && <span class="soft"> {raised.length}</span>}
                {rising > 0 && <span class="soft"> {rising} soon</span>}
              </>
            ),
          },
          { title: 'Watches', isNumber: true, cell: ({ watched }) => watched },
          {
            title: 'On or off',
            cell: (rule) => (
              <button
                type="button"
                class="small"
                aria-label={`${rule.enabled ? 'Switch off' : 'Switch on'} ${rule.title}`}
                onClick={() => void enable(rule)}
              >
                {rule.enabled ? 'Switch off' : 'Switch on'}
              </button>
            ),
          },
        ]}
      />
    </section>
  );
}
