import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { DataTable } from '../parts/data-table.tsx';
import type { PlotModel } from './plot-model.ts';
import { nearestIndex, summaryOf } from './readout.ts';
import type { Summary } from './readout.ts';
import { formatMoment } from './time-format.ts';
import { formatQuantity } from './units.ts';

/** So many moments are listed, evenly over what is seen. */
const moments = 20;
/** As finely as a table can tell. */
const columns = 1_000;

interface Row {
  readonly atMs: number;
  readonly values: readonly (number | undefined)[];
}

interface Contents {
  readonly summaries: readonly Summary[];
  readonly rows: readonly Row[];
}

/** What a plot shows, in numbers: for who cannot see it, and for who wants to copy it. */
export function PlotTable({
  model,
  label,
}: {
  readonly model: PlotModel;
  readonly label: string;
}): JSX.Element {
  const contents = useSignal<Contents | undefined>(undefined);
  const fill = (): void => void (contents.value = contentsOf(model));
  return (
    <details class="plot-table" onToggle={({ currentTarget: { open } }) => open && fill()}>
      <summary>Values as a table</summary>
      {contents.value !== undefined && (
        <>
          <DataTable
            label={`${label}: summary`}
            rows={model.lines.map((line, index) => ({ line, ...contents.value?.summaries[index] }))}
            keyOf={({ line }) => line.key}
            columns={[
              { title: 'Parameter', cell: ({ line }) => line.label },
              ...(['newest', 'least', 'mean', 'greatest'] as const).map((key) => ({
                title: titles[key],
                isNumber: true,
                cell: ({ line, [key]: value }: { line: { unit: string } } & Partial<Summary>) =>
                  textOf(value, line.unit),
              })),
            ]}
          />
          <DataTable
            label={`${label}: values over time`}
            rows={contents.value.rows}
            keyOf={({ atMs }) => String(atMs)}
            columns={[
              { title: 'Time', cell: ({ atMs }) => formatMoment(Math.round(atMs)) },
              ...model.lines.map(({ label: title, unit }, index) => ({
                title,
                isNumber: true,
                cell: ({ values }: Row) => textOf(values[index], unit),
              })),
            ]}
          />
          <button type="button" class="small" onClick={fill}>
            Read again
          </button>
        </>
      )}
    </details>
  );
}

const titles = { newest: 'Newest', least: 'Least', mean: 'Mean', greatest: 'Greatest' } as const;

function contentsOf(model: PlotModel): Contents {
  const { fromMs, toMs } = model.window();
  const lines = model.lines.map(({ data }) => data.draw({ fromMs, toMs, columns }));
  const stepMs = (toMs - fromMs) / moments;
  const rows = Array.from({ length: moments }, (_, index): Row => {
    const atMs = toMs - (index + 0.5) * stepMs;
    const values = lines.map(({ times, values: all }) => {
      const at = nearestIndex(times, atMs);
      const value = all[at];
      const isNear = Math.abs((times[at] ?? Infinity) - atMs) <= stepMs / 2;
      return isNear && value !== undefined && !Number.isNaN(value) ? value : undefined;
    });
    return { atMs, values };
  });
  const inside = lines.map((line) => summaryOf(line));
  return { summaries: inside, rows: rows.filter(({ values }) => values.some(isThere)) };
}

function isThere(value: number | undefined): boolean {
  return value !== undefined;
}

function textOf(value: number | undefined, unit: string): string {
  if (value === undefined) return '–';
  const shown = formatQuantity(value, unit);
  return `${shown.text} ${shown.unit}`.trimEnd();
}
