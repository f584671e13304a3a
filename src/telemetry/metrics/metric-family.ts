/** One value of a metric, with its labels. */
export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** How something is distributed, with its labels. */
export interface HistogramSample {
  readonly labels?: Readonly<Record<string, string>>;
  /** Upper bounds, growing, in the base unit. */
  readonly bounds: readonly number[];
  /** How many were at most as large as each bound, each with those before. */
  readonly atMost: readonly number[];
  readonly count: number;
  /** In the base unit. */
  readonly sum: number;
}

/** A metric with all its values, as it stands when it is asked for. */
export type MetricFamily = {
  /** In base units, counters with `_total`. */
  readonly name: string;
  readonly help: string;
} & (
  | { readonly type: 'counter' | 'gauge'; readonly samples: readonly MetricSample[] }
  | { readonly type: 'histogram'; readonly samples: readonly HistogramSample[] }
);

/** Something that has metrics. Asked on each scrape; must not wait for anything. */
export type MetricSource = () => readonly MetricFamily[];

/** How much there is of something now. */
export function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, help, type: 'gauge', samples };
}

/** How much there was of something since a start; `name` ends in `_total`. */
export function counter(
  name: string,
  help: string,
  samples: readonly MetricSample[],
): MetricFamily {
  return { name, help, type: 'counter', samples };
}

export function histogram(
  name: string,
  help: string,
  samples: readonly HistogramSample[],
): MetricFamily {
  return { name, help, type: 'histogram', samples };
}

/** 1 for the state that it is in, 0 for each other, as sets of states are shown. */
export function stateSamples<State extends string>(
  states: readonly State[],
  now: State,
  labels: Readonly<Record<string, string>>,
): MetricSample[] {
  return states.map((state) => ({ labels: { ...labels, state }, value: state === now ? 1 : 0 }));
}
