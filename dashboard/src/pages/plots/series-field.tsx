import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import type { SeriesEntry } from './use-series.ts';

interface Properties {
  readonly label: string;
  readonly series: readonly SeriesEntry[];
  readonly add: (key: string) => void;
}

/** Chooses a series by typing a part of its name. */
export function SeriesField({ label, series, add }: Properties): JSX.Element {
  const typed = useSignal('');
  const id = useId();
  const isKnown = series.some(({ key }) => key === typed.value.trim());
  return (
    <form
      class="series-field"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isKnown) return;
        add(typed.value.trim());
        typed.value = '';
      }}
    >
      <label for={id} class="unseen">
        {label}
      </label>
      <input
        id={id}
        list={`${id}-list`}
        placeholder={label}
        autocomplete="off"
        value={typed}
        onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
      />
      <datalist id={`${id}-list`}>
        {series.map(({ key }) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      <button type="submit" class="small" disabled={!isKnown}>
        Add
      </button>
    </form>
  );
}
