import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import type { ClientValue, InstrumentReport } from '../../../../src/client/index.ts';
import { hasCode } from '../../../../src/kernel/index.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { errorText } from '../../parts/error-text.ts';
import { valueWords } from '../../values/value-text.ts';
import { checkInput, limitsText } from './check-input.ts';
import { leaseOption } from './held-leases.ts';
import { ValueField } from './value-field.tsx';

type Action = InstrumentReport['actions'][number];

/** What an instrument can do that takes a while, each with its arguments. */
export function InstrumentActions({
  instrument,
}: {
  readonly instrument: InstrumentReport;
}): JSX.Element {
  return (
    <section class="part" aria-labelledby="actions-title">
      <h2 id="actions-title">Actions</h2>
      <div class="cards">
        {instrument.actions.map((action) => (
          <ActionForm key={action.name} instrument={instrument.name} action={action} />
        ))}
      </div>
    </section>
  );
}

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly share: number; readonly message: string }
  | { readonly kind: 'done'; readonly words: string }
  | { readonly kind: 'failed'; readonly words: string };

function ActionForm({
  instrument,
  action,
}: {
  readonly instrument: string;
  readonly action: Action;
}): JSX.Element {
  const client = useGateway().client.value;
  const typed = useSignal<Readonly<Record<string, string>>>({});
  const isTouched = useSignal(false);
  const state = useSignal<State>({ kind: 'idle' });
  const stop = useSignal<AbortController | undefined>(undefined);
  const id = useId();
  const checks = action.arguments.map((argument) => ({
    argument,
    checked: checkInput(argument, typed.value[argument.name] ?? ''),
  }));
  const run = async (): Promise<void> => {
    const values: Record<string, ClientValue> = {};
    for (const { argument, checked } of checks) {
      if (checked.problem !== undefined) return;
      values[argument.name] = checked.value;
    }
    const ending = new AbortController();
    stop.value = ending;
    state.value = { kind: 'running', share: 0, message: '' };
    try {
      const result = await client.run(instrument, action.name, values, {
        signal: ending.signal,
        progress: (share, message) => (state.value = { kind: 'running', share, message }),
        ...leaseOption(instrument),
      });
      const words = result === undefined ? 'Done.' : `Done: ${valueWords(result)}`;
      state.value = { kind: 'done', words };
    } catch (error) {
      const words = hasCode(error, 'CANCELLED') ? 'It was stopped.' : errorText(error);
      state.value = { kind: 'failed', words };
    } finally {
      stop.value = undefined;
    }
  };
  const isRunning = state.value.kind === 'running';
  return (
    <form
      class="card action"
      noValidate
      aria-labelledby={`${id}-title`}
      onSubmit={(event) => {
        event.preventDefault();
        isTouched.value = true;
        void run();
      }}
    >
      <h3 id={`${id}-title`}>{action.title}</h3>
      {checks.map(({ argument, checked }) => (
        <div key={argument.name} class="stack">
          <label for={`${id}-${argument.name}`}>
            {argument.title}
            {argument.unit === undefined ? '' : ` (${argument.unit})`}
          </label>
          <ValueField
            id={`${id}-${argument.name}`}
            parameter={argument}
            typed={typed.value[argument.name] ?? ''}
            isInvalid={isTouched.value && checked.problem !== undefined}
            describedBy={`${id}-${argument.name}-about`}
            change={(text) => (typed.value = { ...typed.value, [argument.name]: text })}
          />
          <p id={`${id}-${argument.name}-about`} class={isTouched.value ? 'bad' : 'soft'}>
            {(isTouched.value ? checked.problem : limitsText(argument)) ?? ''}
          </p>
        </div>
      ))}
      <div class="actions">
        <button type="submit" disabled={isRunning}>
          {isRunning ? 'Running …' : 'Run'}
        </button>
        {isRunning && (
          <button type="button" onClick={() => stop.value?.abort()}>
            Stop
          </button>
        )}
      </div>
      <Progress state={state.value} title={action.title} />
    </form>
  );
}

function Progress({
  state,
  title,
}: {
  readonly state: State;
  readonly title: string;
}): JSX.Element {
  if (state.kind === 'running') {
    return (
      <div class="stack">
        <progress aria-label={title} {...(state.share > 0 ? { value: state.share, max: 1 } : {})} />
        <span class="soft">{state.message}</span>
      </div>
    );
  }
  const tone = state.kind === 'failed' ? 'bad' : 'good';
  return (
    <p role="status" class={tone}>
      {state.kind === 'idle' ? '' : state.words}
    </p>
  );
}
