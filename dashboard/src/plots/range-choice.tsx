import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import type { PlotRange } from './plot-model.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const lengths = [
  ['Live', 5 * minuteMs],
  ['1 h', hourMs],
  ['1 day', dayMs],
  ['30 days', 30 * dayMs],
] as const;

interface Properties {
  readonly range: PlotRange;
  readonly change: (range: PlotRange) => void;
}

/** From when to when a plot shows: up to now, or between two moments. */
export function RangeChoice({ range, change }: Properties): JSX.Element {
  const isOpen = useSignal(range.kind === 'fixed');
  return (
    <div class="range-choice">
      <div class="choices" role="group" aria-label="Range">
        {lengths.map(([title, widthMs]) => (
          <button
            key={title}
            type="button"
            class="small"
            aria-pressed={range.kind === 'last' && range.widthMs === widthMs && !isOpen.value}
            onClick={() => {
              isOpen.value = false;
              change({ kind: 'last', widthMs });
            }}
          >
            {title}
          </button>
        ))}
        <button
          type="button"
          class="small"
          aria-expanded={isOpen.value}
          aria-pressed={range.kind === 'fixed' || isOpen.value}
          onClick={() => (isOpen.value = !isOpen.value)}
        >
          From – to
        </button>
      </div>
      {isOpen.value && <Between range={range} change={change} />}
    </div>
  );
}

function Between({ range, change }: Properties): JSX.Element {
  const id = useId();
  const nowMs = Date.now();
  const first = range.kind === 'fixed' ? range : { fromMs: nowMs - range.widthMs, toMs: nowMs };
  const from = useSignal(localText(first.fromMs));
  const to = useSignal(localText(first.toMs));
  const fromMs = Date.parse(from.value);
  const toMs = Date.parse(to.value);
  const problem = !(fromMs < toMs) ? 'The beginning has to be before the end.' : undefined;
  return (
    <form
      class="between"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined) change({ kind: 'fixed', fromMs, toMs });
      }}
    >
      <label for={`${id}-from`}>From</label>
      <input
        id={`${id}-from`}
        type="datetime-local"
        step="1"
        value={from}
        onInput={({ currentTarget }) => (from.value = currentTarget.value)}
      />
      <label for={`${id}-to`}>to</label>
      <input
        id={`${id}-to`}
        type="datetime-local"
        step="1"
        value={to}
        onInput={({ currentTarget }) => (to.value = currentTarget.value)}
      />
      <button type="submit" class="small" disabled={problem !== undefined}>
        Show
      </button>
      <span class="bad" role="alert">
        {problem ?? ''}
      </span>
    </form>
  );
}

/** As a field of the browser takes it: local time, without a zone. */
export function localText(atMs: number): string {
  const date = new Date(atMs);
  const local = new Date(atMs - date.getTimezoneOffset() * minuteMs);
  return local.toISOString().slice(0, 19);
}
