import { describe, expect, it } from 'vitest';
import type * as telemetryRoom from '../../../src/telemetry/index.ts';
import { counter, gauge, histogram, Metrics } from '../../../src/telemetry/index.ts';
import { expose } from '../../../src/telemetry/metrics/exposition.ts';
import { Plantation } from '../../support/plantation.ts';
import { conventionsBroken, parseExposition } from './exposition-format.ts';

const awkward = 'say "hi"\\\nto {all}, = é';

describe('what a scrape gets', () => {
  it('is the text format of Prometheus, whatever labels hold', async () => {
    const { text, contentType } = await expose([
      counter('signalbox_x_total', 'How many.', [
        { labels: { program: awkward }, value: 3 },
        { labels: { program: '' }, value: 0 },
      ]),
      gauge('signalbox_y_seconds', 'How long.', [
        { value: 1e-9 },
        { labels: { a: 'b' }, value: -1 },
      ]),
      histogram('signalbox_z_seconds', 'How long.', [
        { labels: { port: 'a' }, bounds: [0.1, 1], atMost: [1, 3], count: 4, sum: 7.5 },
      ]),
      gauge('signalbox_none', 'Nothing has it.', []),
    ]);
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const families = parseExposition(text);
    expect(families.get('signalbox_x_total')?.samples).toEqual([
      { name: 'signalbox_x_total', labels: { program: awkward }, value: 3 },
      { name: 'signalbox_x_total', labels: { program: '' }, value: 0 },
    ]);
    expect(families.get('signalbox_y_seconds')?.samples.map(({ value }) => value)).toEqual([
      1e-9, -1,
    ]);
    expect(families.get('signalbox_z_seconds')?.samples).toContainEqual({
      name: 'signalbox_z_seconds_bucket',
      labels: { port: 'a', le: '+Inf' },
      value: 4,
    });
    expect(families.get('signalbox_none')?.samples).toEqual([]);
    expect(conventionsBroken(families.values())).toEqual([]);
  });

  it('is in order however long it is, and lets others go on while it is written', async () => {
    const samples = Array.from({ length: 25_000 }, (_, index) => ({
      labels: { port: `port ${index}` },
      value: index,
    }));
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const { text } = await expose([gauge('signalbox_long', 'A long one.', samples)]);
    isDone = true;
    expect(turns).toBeGreaterThan(2);
    const family = parseExposition(text).get('signalbox_long');
    expect(family?.samples.map(({ value }) => value)).toEqual(samples.map(({ value }) => value));
  });

  it('asks its sources when it is scraped, and at no other time', async () => {
    const metrics = new Metrics();
    let asked = 0;
    metrics.add(() => {
      asked += 1;
      return [gauge('signalbox_asked', 'How often.', [{ value: asked }])];
    });
    expect(asked).toBe(0);
    await metrics.scrape();
    const { text } = await metrics.scrape([gauge('signalbox_more', 'More.', [{ value: 1 }])]);
    const families = parseExposition(text);
    expect(families.get('signalbox_asked')?.samples[0]?.value).toBe(2);
    expect([...families.keys()]).toEqual([
      'signalbox_asked',
      'signalbox_more',
      'signalbox_scrape_duration_seconds',
    ]);
  });

  it.each([
    [
      'the count of all is left out',
      `{ labels: { ...labels, le: '+Inf' }, value: count, metricName },`,
      '',
    ],
    ['buckets are not those before', `value: atMost[place] ?? 0`, `value: -(atMost[place] ?? 0)`],
    ['the sum has the name of the buckets', '`${name}_sum`', 'metricName'],
  ])('is not taken to be in order when %s', async (bug, find, replace) => {
    using plantation = new Plantation();
    const mutant = { bug, file: 'metrics/exposition.ts', find, replace };
    const room = await plantation.plant<typeof telemetryRoom>('telemetry', mutant);
    const metrics = new room.Metrics();
    metrics.add(() => [
      histogram('signalbox_z_seconds', 'How long.', [
        { labels: {}, bounds: [0.1, 1], atMost: [1, 3], count: 4, sum: 7.5 },
      ]),
    ]);
    const { text } = await metrics.scrape();
    expect(() => parseExposition(text)).toThrow();
  });
});

describe('the check of the format', () => {
  const head = '# HELP a_total A.\n# TYPE a_total counter\n';
  it.each([
    ['a line without its head', 'a_total 1\n'],
    ['a line of another metric', `${head}b_total 1\n`],
    ['the same series two times', `${head}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 2\n`],
    ['a label two times', `${head}a_total{x="1",x="2"} 1\n`],
    ['a quote in a label', `${head}a_total{x="a"b"} 1\n`],
    ['no number', `${head}a_total one\n`],
    ['a counter below 0', `${head}a_total -1\n`],
    ['a metric two times', `${head}a_total 1\n${head}a_total{x="1"} 1\n`],
    ['a type without help', '# TYPE a_total counter\na_total 1\n'],
    ['a last line that does not end', `${head}a_total 1`],
  ])('finds %s', (_what, text) => {
    expect(() => parseExposition(text)).toThrow();
  });

  it('finds names against the conventions', () => {
    const broken = (name: string, type: 'counter' | 'gauge'): string[] =>
      conventionsBroken([{ name, type, help: 'A sentence.', samples: [] }]);
    expect(broken('signalbox_port_operations', 'counter')).toHaveLength(1);
    expect(broken('signalbox_port_wait_ms', 'gauge')).toHaveLength(1);
    expect(broken('port_state', 'gauge')).toHaveLength(1);
    expect(broken('signalbox_port_total', 'gauge')).toHaveLength(1);
    expect(broken('signalbox_port_queue_requests', 'gauge')).toEqual([]);
  });
});
