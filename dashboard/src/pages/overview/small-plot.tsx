import type { JSX } from 'preact';

const width = 240;
const height = 48;

interface Properties {
  readonly label: string;
  /** What it is now; undefined before that is known. */
  readonly now: number | undefined;
  /** Oldest first, at the same distance. */
  readonly values: readonly number[];
  /** A value with its unit. */
  readonly textOf: (value: number) => string;
  /** The top of the plot is at least so high, so that noise does not look like mountains. */
  readonly atLeast: number;
}

/** One measured thing over the last minutes, small, with what it is now in figures. */
export function SmallPlot({ label, now, values, textOf, atLeast }: Properties): JSX.Element {
  const value = now === undefined ? '–' : textOf(now);
  const most = values.length === 0 ? '–' : textOf(Math.max(...values));
  return (
    <figure class="small-plot">
      <figcaption>
        <span class="label">{label}</span>
        <span class="value">{value}</span>
        <span class="soft most">at most {most}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label} over the last minutes: ${value} now, ${most} at most`}
      >
        <path class="area" d={areaPath(values, atLeast)} />
        <path class="line" d={linePath(values, atLeast)} vector-effect="non-scaling-stroke" />
      </svg>
    </figure>
  );
}

/** The line through all values, from the left edge to the right one. */
export function linePath(values: readonly number[], atLeast: number): string {
  const top = Math.max(atLeast, ...values);
  const step = width / Math.max(1, values.length - 1);
  return values
    .map((value, index) => {
      const y = height - 1 - (value / top) * (height - 2);
      return `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

function areaPath(values: readonly number[], atLeast: number): string {
  if (values.length === 0) return '';
  return `${linePath(values, atLeast)}L${width} ${height}L0 ${height}Z`;
}
