import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import { Icon } from '../../parts/icon.tsx';
import { LivePlot } from '../../plots/live-plot.tsx';
import type { LineWish, PlotRange } from '../../plots/plot-model.ts';
import { partsOf } from './board.ts';
import { SeriesField } from './series-field.tsx';
import type { SeriesEntry } from './use-series.ts';

const smallHeight = 190;
const largeHeight = 340;

interface Properties {
  readonly keys: readonly string[];
  readonly range: PlotRange;
  readonly series: readonly SeriesEntry[];
  readonly isSmall: boolean;
  readonly canAdd: boolean;
  readonly change: (keys: readonly string[]) => void;
}

/** One plot of a board, with what can be done with it. */
export function BoardPlot({
  keys,
  range,
  series,
  isSmall,
  canAdd,
  change,
}: Properties): JSX.Element {
  const units = keys.map((key) => series.find((each) => each.key === key)?.unit ?? '');
  const lines = useMemo(
    () => keys.map((key, index): LineWish => ({ ...partsOf(key), label: key, unit: units[index] })),
    [keys.join(','), units.join(',')],
  );
  const title = keys.join(', ');
  return (
    <section class="card board-plot" aria-label={title}>
      <div class="board-head">
        <h2>{keys.length === 1 ? title : `${keys.length} lines`}</h2>
        <div class="actions">
          {canAdd && (
            <SeriesField label="Add a line" series={series} add={(key) => change([...keys, key])} />
          )}
          <button
            type="button"
            class="quiet small"
            title="Remove this plot"
            onClick={() => change([])}
          >
            <Icon name="close" />
            <span class="unseen">Remove the plot of {title}</span>
          </button>
        </div>
      </div>
      <LivePlot
        key={JSON.stringify(range)}
        lines={lines}
        label={title}
        range={range}
        isFixedRange
        isBare
        isSmall={isSmall}
        height={isSmall ? smallHeight : largeHeight}
      />
      {keys.length > 1 && !isSmall && (
        <div class="actions">
          {keys.map((key) => (
            <button
              key={key}
              type="button"
              class="small"
              aria-label={`${key} × take it out`}
              onClick={() => change(keys.filter((each) => each !== key))}
            >
              {key} ×
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
