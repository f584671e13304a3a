import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';

import { lineStyle } from './palette.ts';
import type { PlotLine, PlotModel } from './plot-model.ts';
import type { Readout } from './readout.ts';
import { shownTheme } from './shown-theme.ts';
import { formatMoment } from './time-format.ts';
import { formatQuantity } from './units.ts';

interface Properties {
  readonly model: PlotModel;
  readonly readout: ReadonlySignal<Readout | undefined>;
  /** Shown while nobody points. */
  readonly newest: ReadonlySignal<readonly (number | undefined)[]>;
  readonly isSmall: boolean;
}

/** Which line is which, and its value where somebody points; a press hides it. */
export function PlotLegend({ model, readout, newest, isSmall }: Properties): JSX.Element {
  const pointed = readout.value;
  return (
    <figcaption class="plot-legend">
      <ul>
        {model.lines.map((line, index) => (
          <LegendEntry
            key={line.key}
            model={model}
            line={line}
            index={index}
            value={(pointed?.values ?? newest.value)[index]}
          />
        ))}
      </ul>
      {!isSmall && (
        <span class="soft number">
          {pointed === undefined ? '' : formatMoment(Math.round(pointed.atMs))}
        </span>
      )}
    </figcaption>
  );
}

interface EntryProperties {
  readonly model: PlotModel;
  readonly line: PlotLine;
  readonly index: number;
  readonly value: number | undefined;
}

function LegendEntry({ model, line, index, value }: EntryProperties): JSX.Element {
  const isShown = line.isShown.value;
  const { colour, dash } = lineStyle(index, shownTheme.value);
  const shown = value === undefined ? undefined : formatQuantity(value, line.unit);
  return (
    <li>
      <button
        type="button"
        class="quiet small"
        aria-pressed={isShown}
        title={isShown ? `Hide ${line.label}` : `Show ${line.label}`}
        onClick={() => {
          line.isShown.value = !isShown;
          model.invalidate();
        }}
      >
        <svg class="swatch" viewBox="0 0 24 8" aria-hidden="true" focusable="false">
          <line
            x1="0"
            y1="4"
            x2="24"
            y2="4"
            stroke={colour}
            stroke-width="3"
            stroke-dasharray={dash.join(' ')}
          />
        </svg>
        {line.label}
      </button>{' '}
      <span class="number">
        {shown === undefined ? '' : shown.text} {shown?.unit ?? line.unit}
      </span>
    </li>
  );
}
