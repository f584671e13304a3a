import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId } from 'preact/hooks';

import type { FunctionReport } from '../../../../src/client/index.ts';
import { useGateway } from '../../gateway/gateway-context.ts';
import { errorText } from '../../parts/error-text.ts';
import { leaseOption } from './held-leases.ts';

/** A result is shown so far. */
const resultMost = 4_000;

/** Functions of the library that drives an instrument, to be called with arguments as JSON. */
export function InstrumentFunctions({ instrument }: { readonly instrument: string }): JSX.Element {
  const client = useGateway().client.value;
  const functions = useSignal<readonly FunctionReport[] | undefined>(undefined);
  const chosen = useSignal('');
  const typed = useSignal('{}');
  const answer = useSignal<{ readonly isGood: boolean; readonly text: string } | undefined>(
    undefined,
  );
  const isBusy = useSignal(false);
  const id = useId();
  useEffect(() => {
    const stop = new AbortController();
    client.functions(instrument, { signal: stop.signal }).then(
      (found) => (functions.value = found),
      () => (functions.value = []),
    );
    return () => stop.abort();
  }, [client, instrument]);
  const about = functions.value?.find(({ name }) => name === chosen.value);
  const problem = problemOf(typed.value);
  const call = async (): Promise<void> => {
    if (problem !== undefined || chosen.value === '') return;
    isBusy.value = true;
    try {
      const params = JSON.parse(typed.value) as Record<string, unknown> | unknown[];
      const result = await client.call(instrument, chosen.value, params, leaseOption(instrument));
      answer.value = {
        isGood: true,
        text: JSON.stringify(result, undefined, 1).slice(0, resultMost),
      };
    } catch (error) {
      answer.value = { isGood: false, text: errorText(error) };
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <section class="part" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Functions</h2>
      {functions.value?.length === 0 ? (
        <p class="soft">Its worker is not ready, or has no function that may be called.</p>
      ) : (
        <form
          class="card stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void call();
          }}
        >
          <label for={`${id}-name`}>Function</label>
          <select
            id={`${id}-name`}
            value={chosen}
            onChange={({ currentTarget }) => (chosen.value = currentTarget.value)}
          >
            <option value="">choose</option>
            {functions.value?.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          {about?.doc !== undefined && <p class="soft doc">{about.doc}</p>}
          {about?.parameters !== undefined && (
            <p class="soft">
              Takes <code>{JSON.stringify(about.parameters)}</code>
            </p>
          )}
          <label for={`${id}-params`}>Arguments, as JSON</label>
          <textarea
            id={`${id}-params`}
            class="code"
            rows={3}
            spellcheck={false}
            value={typed}
            aria-invalid={problem !== undefined}
            aria-describedby={`${id}-problem`}
            onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
          />
          <p id={`${id}-problem`} class="bad" role="alert">
            {problem ?? ''}
          </p>
          <div class="actions">
            <button
              type="submit"
              disabled={isBusy.value || chosen.value === '' || problem !== undefined}
            >
              {isBusy.value ? 'Calling …' : 'Call'}
            </button>
          </div>
          {answer.value !== undefined && (
            <pre role="status" class={answer.value.isGood ? 'result' : 'result bad'}>
              {answer.value.text}
            </pre>
          )}
        </form>
      )}
    </section>
  );
}

function problemOf(typed: string): string | undefined {
  try {
    const value: unknown = JSON.parse(typed);
    if (typeof value === 'object' && value !== null) return undefined;
    return 'Arguments are named, {"channel": 1}, or in order, [1].';
  } catch {
    return 'This is no JSON yet.';
  }
}
