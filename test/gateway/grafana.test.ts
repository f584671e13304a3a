import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { parseExposition } from '../telemetry/metrics/exposition-format.ts';
import type { ParsedFamily } from '../telemetry/metrics/exposition-format.ts';
import { GatewayBench } from './gateway-bench.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[];
  };
}

const file = join(import.meta.dirname, '../../docs/grafana/signalbox.json');
const guide = join(import.meta.dirname, '../../docs/guides/monitoring.md');
const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
);
const rules = [...readFileSync(guide, 'utf8').matchAll(/^ +expr: (.+)$/gm)].map(
  ([, expr = '']) => ({
    title: 'the guide',
    expr,
    legendFormat: '',
  }),
);

/** As Grafana puts its variables in. */
function filled(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:port|instrument|job)/g, '.*');
}

/** What a query of Prometheus names: metrics, and labels beside them. Throws when it is none. */
function namesIn(expr: string): { metrics: string[]; labels: string[] } {
  const metrics: string[] = [];
  const labels: string[] = [];
  const tree = parser.parse(expr);
  tree.iterate({
    enter: ({ type, from, to }) => {
      const text = expr.slice(from, to);
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expr}`);
      if (type.name === 'Identifier') metrics.push(text);
      if (type.name === 'LabelName') labels.push(text);
    },
  });
  return { metrics, labels };
}

let families: ReadonlyMap<string, ParsedFamily>;

beforeAll(async () => {
  await using bench = await GatewayBench.start(`
    [metrics]
    parameterValues = true
    [recorder]
    [simulators.bus]
    kind = "propar"
    nodes = [{ address = 3 }]
    [ports.bus]
    simulator = "bus"
    protocol = "propar"
    [ports.gone]
    tcp = "127.0.0.1:9"
    protocol = "lines"
    [instruments.three]
    port = "bus"
    driver = "bronkhorst"
    node = 3
    [instruments.three.poll]
    parameters = ["setpoint"]
    everyMs = 100
    [alerts.high]
    instruments = ["three"]
    parameter = "setpoint"
    is = "above"
    value = 1
  `);
  const client = bench.client();
  await client.write('three', 'setpoint', 100);
  const { url } = client;
  await vi.waitFor(
    async () => {
      families = parseExposition(await (await fetch(`${url}/metrics`)).text());
      for (const name of ['signalbox_parameter_value', 'signalbox_alerts_open']) {
        expect(families.get(name)?.samples.length).toBeGreaterThan(0);
      }
    },
    { timeout: 15_000 },
  );
});

describe('the dashboard for Grafana', () => {
  it.each([...queries, ...rules])(
    '$title asks for what there is: $expr',
    ({ expr, legendFormat }) => {
      const { metrics, labels } = namesIn(filled(expr));
      expect(metrics).not.toEqual([]);
      const known = metrics.map((name) => {
        const family =
          families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''));
        expect(family, name).toBeDefined();
        return family;
      });
      const offered = known.flatMap((family) =>
        family?.samples.flatMap((each) => Object.keys(each.labels)),
      );
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      // Prometheus adds where it scraped.
      for (const label of [...labels, ...shown]) expect(['job', ...offered]).toContain(label);
    },
  );

  it('has variables of labels that there are', () => {
    const asked = dashboard.templating.list.flatMap(({ definition = '' }) =>
      [...definition.matchAll(/^label_values\((\w+), (\w+)\)$/g)].map(
        ([, metric = '', label = '']) => ({
          metric,
          label,
        }),
      ),
    );
    expect(asked).toHaveLength(3);
    for (const { metric, label } of asked) {
      const labels = families.get(metric)?.samples.flatMap((each) => Object.keys(each.labels));
      expect(['job', ...(labels ?? [])]).toContain(label);
    }
  });

  it('has panels with a title and a place of their own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect(title).not.toBe('');
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${title} at ${x}, ${y}`).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  it('is checked by one that finds what is no query', () => {
    for (const expr of ['sum(', 'rate(x[5m)', 'x{port=}', 'a b']) {
      expect(() => namesIn(expr), expr).toThrow();
    }
    expect(namesIn('rate(x_total{port="a"}[5m])')).toEqual({
      metrics: ['x_total'],
      labels: ['port'],
    });
  });
});
