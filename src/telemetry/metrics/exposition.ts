import type { Metric } from 'prom-client';
import type { HistogramSample, MetricFamily } from './metric-family.ts';

/** What a scrape gets. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

interface Value {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  readonly metricName?: string;
}

/** Metrics in the text format of Prometheus, 0.0.4. The library is loaded when somebody asks first. */
export async function expose(families: readonly MetricFamily[]): Promise<Exposition> {
  const { Registry } = await import('prom-client');
  const registry = new Registry();
  for (const family of families) {
    // The library's own metrics are counted up as things happen; these are looked up when asked for.
    const metric = { ...family, aggregator: 'sum', get: async () => await valuesOf(family) };
    registry.registerMetric(metric as unknown as Metric);
  }
  return { contentType: registry.contentType, text: await registry.metrics() };
}

async function valuesOf(family: MetricFamily): Promise<object> {
  const { name, help, type } = family;
  const values =
    family.type === 'histogram'
      ? family.samples.flatMap((sample) => bucketsOf(name, sample))
      : family.samples;
  return await Promise.resolve({ name, help, type, values });
}

function bucketsOf(name: string, sample: HistogramSample): Value[] {
  const { labels = {}, bounds, atMost, count, sum } = sample;
  const metricName = `${name}_bucket`;
  return [
    ...bounds.map((bound, place) => ({
      labels: { ...labels, le: String(bound) },
      value: atMost[place] ?? 0,
      metricName,
    })),
    { labels: { ...labels, le: '+Inf' }, value: count, metricName },
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}
