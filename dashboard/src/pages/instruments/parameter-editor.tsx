import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

import type { ClientValue, ParameterReport } from '../../../../src/client/index.ts';
import { asSignalboxError } from '../../../../src/kernel/index.ts';
import type { SignalboxError } from '../../../../src/kernel/index.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { valueWords } from '../../values/value-text.ts';
import type { ShownValue } from '../../values/value-text.ts';
import { checkInput, limitsText, typedOf } from './check-input.ts';
import { leaseOption } from './held-leases.ts';
import { ValueField } from './value-field.tsx';
import { WriteOutcome } from './write-outcome.tsx';
import type { Outcome } from './write-outcome.tsx';

interface Properties {
  readonly instrument: string;
  readonly parameter: ParameterReport;
  /** As it is known now. */
  readonly value: ShownValue;
  /** Reads it back. */
  readonly read: () => Promise<void>;
  readonly close: () => void;
}

/** Changes a parameter: what it does not take is told beside the field, and nothing is sent. */
export function ParameterEditor({
  instrument,
  parameter,
  value,
  read,
  close,
}: Properties): JSX.Element {
  const client = useGateway().client.value;
  const { name, access, secured = false, unit } = parameter;
  const typed = useSignal(typedOf(value));
  const isUnlocked = useSignal(false);
  const isTouched = useSignal(false);
  const outcome = useSignal<Outcome | undefined>(undefined);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const field = form.current?.querySelector<HTMLElement>('input, select, textarea');
    field?.focus();
    if (field instanceof HTMLInputElement && field.type !== 'checkbox') field.select();
  }, []);
  const checked = checkInput(parameter, typed.value);
  const problem =
    checked.problem ??
    (secured && !isUnlocked.value ? 'It is secured: unlock it to write.' : undefined);

  const write = async (wanted: ClientValue): Promise<void> => {
    const before = value ?? undefined;
    outcome.value = { kind: 'writing' };
    try {
      const unlock = secured ? { unlock: true } : {};
      await client.write(instrument, name, wanted, { ...unlock, ...leaseOption(instrument) });
      outcome.value = {
        kind: 'written',
        words: valueWords(wanted, unit, parameter.choices),
        atMs: Date.now(),
        ...(before === undefined || same(before, wanted)
          ? {}
          : { before, beforeWords: valueWords(before, unit, parameter.choices) }),
      };
      if (access === 'read-write') await read();
    } catch (error) {
      const failure: SignalboxError = asSignalboxError(error);
      outcome.value =
        failure.code === 'OUTCOME_UNKNOWN'
          ? { kind: 'unknown', message: failure.message }
          : { kind: 'refused', message: failure.message, nextStep: failure.nextStep };
    }
  };
  const submitted = (event: Event): void => {
    event.preventDefault();
    isTouched.value = true;
    if (problem !== undefined || checked.problem !== undefined) return;
    void write(checked.value);
  };
  const limits = limitsText(parameter);
  const isWriting = outcome.value?.kind === 'writing';
  return (
    <form
      ref={form}
      class="editor-form"
      noValidate
      onSubmit={submitted}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <label for={id}>New value of {name}</label>
      <div class="field-line">
        <ValueField
          id={id}
          parameter={parameter}
          typed={typed.value}
          isInvalid={isTouched.value && checked.problem !== undefined}
          describedBy={`${id}-about ${id}-problem`}
          change={(text) => {
            typed.value = text;
            isTouched.value = true;
          }}
        />
        {unit !== undefined && <span>{unit}</span>}
        {secured && (
          <label class="check">
            <input
              type="checkbox"
              checked={isUnlocked.value}
              onChange={({ currentTarget }) => (isUnlocked.value = currentTarget.checked)}
            />
            Unlock
          </label>
        )}
        <button type="submit" class="main" disabled={isWriting}>
          {isWriting ? 'Writing …' : 'Write'}
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <p id={`${id}-about`} class="soft">
        {limits === undefined ? '' : `It takes ${limits}. `}
        {access === 'write' ? 'It cannot be read back. ' : ''}
        {secured
          ? 'It is secured by the instrument: a wrong value may need the maker to mend. '
          : ''}
      </p>
      <p id={`${id}-problem`} class="bad" role="alert">
        {isTouched.value ? (problem ?? '') : ''}
      </p>
      {outcome.value !== undefined && (
        <WriteOutcome
          outcome={outcome.value}
          canRead={access !== 'write'}
          read={read}
          undo={(before) => {
            typed.value = typedOf(before);
            void write(before);
          }}
        />
      )}
    </form>
  );
}

function same(one: ClientValue, other: ClientValue): boolean {
  return typedOf(one) === typedOf(other);
}
