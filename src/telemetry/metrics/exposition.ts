import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Metric, Registry } from 'prom-client';
import type { HistogramSample, MetricFamily } from './metric-family.ts';

/** So many lines are written in one go; then it is seen to whether others have waited long enough. */
const linesTogetherMost = 1_000;
/** Writing holds up all else for about so long at a time. */
const writeMostMs = 5;

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
  const texts: string[] = [];
  let beganMs = performance.now();
  for (const family of families) {
    const values = valuesOf(family);
    for (let at = 0; at === 0 || at < values.length; at += linesTogetherMost) {
      const piece = values.slice(at, at + linesTogetherMost);
      texts.push(await textOf(registry, family, piece, at === 0));
      if (performance.now() - beganMs < writeMostMs) continue;
      await nextTurn();
      beganMs = performance.now();
    }
  }
  return { contentType: registry.contentType, text: texts.join('') };
}

/** The lines of some values; the first piece of a family has its head. */
async function textOf(
  registry: Registry,
  { name, help, type }: MetricFamily,
  values: readonly Value[],
  isFirst: boolean,
): Promise<string> {
  // The library's own metrics are counted up as things happen; these are looked up when asked for.
  const metric = {
    name,
    help,
    type,
    get: async () => await Promise.resolve({ name, help, type, values }),
  };
  registry.clear();
  registry.registerMetric(metric as unknown as Metric);
  const text = await registry.metrics();
  if (isFirst) return text;
  const [, , ...lines] = text.split('\n');
  return lines.join('\n');
}

function valuesOf(family: MetricFamily): readonly Value[] {
  return family.type === 'histogram'
    ? family.samples.flatMap((sample) => bucketsOf(family.name, sample))
    : family.samples;
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
