import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

import { tell } from '../../app/notices.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { errorText } from '../../parts/error-text.ts';
import { useAllRecords } from '../../values/use-records.ts';
import { conditions, ruleOf } from './rule-draft.ts';
import type { RuleDraft } from './rule-draft.ts';

interface Properties {
  readonly names: readonly string[];
  readonly done: () => void;
  readonly close: () => void;
}

/** A rule of one value: the rest is in the settings. */
export function NewRule({ names, done, close }: Properties): JSX.Element {
  const gateway = useGateway();
  const { records } = useAllRecords();
  const draft = useSignal<RuleDraft>({
    name: '',
    instrument: '',
    parameter: '',
    is: 'above',
    value: '',
    forS: '0',
    severity: 'warning',
  });
  const isTouched = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  useLayoutEffect(() => form.current?.querySelector('input')?.focus(), []);
  const set = (part: Partial<RuleDraft>): void => void (draft.value = { ...draft.value, ...part });
  const { instrument, is } = draft.value;
  const instruments = [...records.keys()];
  const parameters = Object.keys(records.get(instrument)?.values ?? {});
  const made = ruleOf(draft.value, names);
  const needsValue = conditions.find((each) => each.is === is)?.needsValue ?? true;
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    isTouched.value = true;
    if (made.problem !== undefined) return;
    try {
      await gateway.client.value.changeSettings(
        [{ path: ['alerts', made.name], value: made.rule }],
        {
          why: `add the alert ${made.name}`,
        },
      );
      tell('good', `${made.name} is looked for from now on.`);
      done();
    } catch (error) {
      problem.value = errorText(error);
    }
  };
  return (
    <form ref={form} class="card rule-form" noValidate onSubmit={(event) => void save(event)}>
      <div class="stack">
        <label for={`${id}-name`}>Name</label>
        <input
          id={`${id}-name`}
          value={draft.value.name}
          placeholder="too-hot"
          onInput={({ currentTarget: { value } }) => set({ name: value })}
        />
      </div>
      <div class="stack">
        <label for={`${id}-instrument`}>Instrument</label>
        <input
          id={`${id}-instrument`}
          list={`${id}-instruments`}
          value={instrument}
          placeholder="name, or mfc* for several"
          onInput={({ currentTarget: { value } }) => set({ instrument: value })}
        />
        <datalist id={`${id}-instruments`}>
          {instruments.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
      <div class="stack">
        <label for={`${id}-parameter`}>Parameter</label>
        <input
          id={`${id}-parameter`}
          list={`${id}-parameters`}
          value={draft.value.parameter}
          onInput={({ currentTarget: { value } }) => set({ parameter: value })}
        />
        <datalist id={`${id}-parameters`}>
          {parameters.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
      <div class="stack">
        <label for={`${id}-is`}>Is</label>
        <select
          id={`${id}-is`}
          value={is}
          onChange={({ currentTarget: { value } }) => set({ is: value as RuleDraft['is'] })}
        >
          {conditions.map((each) => (
            <option key={each.is} value={each.is}>
              {each.title}
            </option>
          ))}
        </select>
      </div>
      {needsValue && (
        <div class="stack">
          <label for={`${id}-value`}>Value</label>
          <input
            id={`${id}-value`}
            inputMode="decimal"
            value={draft.value.value}
            onInput={({ currentTarget: { value } }) => set({ value })}
          />
        </div>
      )}
      <div class="stack">
        <label for={`${id}-for`}>For at least, in s</label>
        <input
          id={`${id}-for`}
          inputMode="numeric"
          value={draft.value.forS}
          onInput={({ currentTarget: { value } }) => set({ forS: value })}
        />
      </div>
      <div class="stack">
        <label for={`${id}-severity`}>Severity</label>
        <select
          id={`${id}-severity`}
          value={draft.value.severity}
          onChange={({ currentTarget: { value } }) =>
            set({ severity: value as RuleDraft['severity'] })
          }
        >
          <option value="info">info</option>
          <option value="warning">warning</option>
          <option value="critical">critical</option>
        </select>
      </div>
      <p class="bad wide" role="alert">
        {problem.value ?? (isTouched.value ? (made.problem ?? '') : '')}
      </p>
      <div class="actions wide">
        <button type="submit" class="main">
          Save the rule
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
        <span class="soft">
          Presets, hysteresis, rates and who is told are in the <a href="/settings">settings</a>.
        </span>
      </div>
    </form>
  );
}
