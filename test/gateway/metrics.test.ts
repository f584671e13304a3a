import { describe, expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { conventionsBroken, parseExposition } from '../telemetry/metrics/exposition-format.ts';
import type { ParsedFamily } from '../telemetry/metrics/exposition-format.ts';
import { count } from '../support/count.ts';
import { GatewayBench } from './gateway-bench.ts';

const laboratory = `
  [metrics]
  parameterValues = true
  [simulators.bus]
  kind = "propar"
  nodes = [{ address = 3 }]
  [ports.bus]
  simulator = "bus"
  protocol = "propar"
  [ports.gone]
  tcp = "127.0.0.1:9"
  protocol = "lines"
  [instruments.nitrogen]
  port = "bus"
  driver = "bronkhorst"
  node = 3
  [instruments.nitrogen.poll]
  parameters = ["setpoint", "userTag"]
  everyMs = 50
`;

type Families = ReadonlyMap<string, ParsedFamily>;

async function scrape(url: string): Promise<Families> {
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parseExposition(await response.text());
}

/** The value of the one series that has these labels. */
function valueOf(
  families: Families,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_(?:count|sum|bucket)$/, ''));
  const found = family?.samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  expect(found?.length ?? 0, `${name} ${JSON.stringify(labels)}`).toBeLessThan(2);
  return found?.[0]?.value;
}

describe('the process of a gateway', () => {
  it('is a topic of the hub, whose newest sample comes at once, and then each new one', async () => {
    await using bench = await GatewayBench.start(laboratory);
    const client = bench.client();
    const samples: { atMs: number; cpuShare: number }[] = [];
    const take = ({ data }: { readonly data: unknown }): void => {
      samples.push(data as (typeof samples)[0]);
    };
    using _listening = client.subscribe(['system'], { update: take, snapshot: take });
    await expect.poll(() => samples.length).toBeGreaterThan(1);
    expect(samples.at(-1)).toMatchObject({ ports: 2, instruments: 1, clients: 1 });
    expect(samples.at(-1)?.atMs).toBeGreaterThan(samples[0]?.atMs ?? Infinity);
    const families = await scrape(client.url);
    expect(valueOf(families, 'signalbox_hub_clients')).toBe(1);
    expect(valueOf(families, 'signalbox_hub_sent_bytes_total')).toBeGreaterThan(100);
  });

  it('is told of as a miner monitor does', async () => {
    await using bench = await GatewayBench.start(`${laboratory}\n[recorder]\n`);
    const { url } = bench.client();
    const ask = async (path: string): Promise<Record<string, never>> =>
      (await (await fetch(`${url}${path}`)).json()) as Record<string, never>;
    expect(await ask('/api/system/info')).toMatchObject({
      app_version: '0.1.0',
      platform: 'linux',
    });
    expect(await ask('/api/system/metrics')).toMatchObject({
      cpu: { percent: expect.any(Number) },
      memory: { percent: expect.any(Number), process_rss: expect.any(Number) },
      disk: { free: expect.any(Number) },
    });
    await expect
      .poll(async () => (await ask('/api/system/metrics/history'))['cpu'])
      .toHaveLength(1);
    const recorded = async (): Promise<unknown> => (await ask('/api/system/database'))['stored'];
    await expect.poll(recorded).toBeGreaterThan(0);
    expect(await ask('/api/health')).toMatchObject({
      status: 'degraded',
      problems: [expect.stringContaining('port gone')],
    });
    const families = await scrape(url);
    expect(valueOf(families, 'signalbox_recorder_up')).toBe(1);
    expect(valueOf(families, 'signalbox_recorder_stored_samples_total')).toBeGreaterThan(0);
  });
});

describe('the metrics of a gateway', () => {
  it('tell of ports, programs, leases, instruments, polls, requests and the process', async () => {
    await using bench = await GatewayBench.start(laboratory);
    const { url } = bench.client();
    const sweep = new SignalboxClient({ url, program: 'sweep.py' });
    for (let index = 0; index < 5; index += 1) await sweep.read('nitrogen', 'setpoint');
    await sweep.write('nitrogen', 'setpoint', 1_600);
    await expect(sweep.read('nitrogen', 'nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    using holder = await sweep.connect();
    const lease = await holder.lease({ port: 'bus' });
    const waits = sweep.lease({ port: 'bus', waitMs: 20_000 });
    await expect.poll(async () => (await sweep.port('bus')).queue.length).toBeGreaterThan(0);

    const families = await scrape(url);
    expect(conventionsBroken(families.values())).toEqual([]);
    const value = (name: string, labels?: Readonly<Record<string, string>>): number | undefined =>
      valueOf(families, name, labels);
    expect(value('signalbox_port_state', { port: 'bus', state: 'open' })).toBe(1);
    expect(value('signalbox_port_state', { port: 'bus', state: 'absent' })).toBe(0);
    expect(value('signalbox_port_state', { port: 'gone', state: 'open' })).toBe(0);
    expect(value('signalbox_port_queue_requests', { port: 'bus', kind: 'lease' })).toBe(1);
    expect(value('signalbox_port_leases', { port: 'bus', mode: 'exclusive' })).toBe(1);
    expect(value('signalbox_port_leases', { port: 'bus', mode: 'shared' })).toBe(0);
    expect(value('signalbox_port_oldest_lease_age_seconds', { port: 'bus' })).toBeGreaterThan(0);
    const done = value('signalbox_port_operations_total', { port: 'bus', outcome: 'ok' }) ?? 0;
    expect(done).toBeGreaterThanOrEqual(6);
    expect(value('signalbox_port_wait_seconds_count', { port: 'bus' })).toBe(done);
    expect(value('signalbox_port_service_seconds_sum', { port: 'bus' })).toBeGreaterThan(0);
    expect(value('signalbox_port_sent_bytes_total', { port: 'bus' })).toBeGreaterThan(50);
    expect(value('signalbox_port_link_failures_total', { port: 'gone' })).toBeGreaterThan(0);
    const ofSweep = { program: 'sweep.py', door: 'http' };
    expect(value('signalbox_owner_operations_total', ofSweep)).toBeGreaterThanOrEqual(7);
    expect(value('signalbox_owner_service_seconds_total', ofSweep)).toBeGreaterThan(0);
    const nitrogen = { instrument: 'nitrogen' };
    expect(value('signalbox_instrument_online', nitrogen)).toBe(1);
    expect(value('signalbox_polls_total', nitrogen)).toBeGreaterThan(0);
    expect(value('signalbox_poll_interval_seconds', nitrogen)).toBe(0.05);
    const route = '/api/v1/instruments/:instrument/parameters/:parameter';
    const read = { method: 'GET', route };
    expect(value('signalbox_http_requests_total', { ...read, status: '200' })).toBe(5);
    expect(value('signalbox_http_requests_total', { ...read, status: '404' })).toBe(1);
    expect(value('signalbox_http_request_duration_seconds_count', read)).toBe(6);
    expect(value('signalbox_door_clients', { kind: 'http' })).toBeGreaterThan(0);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
    expect(value('process_open_fds')).toBeLessThan(value('process_max_fds') ?? 0);
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(value('signalbox_build_info', { version: '0.1.0' })).toBe(1);

    await lease.release();
    await (await waits).release();
    await expect
      .poll(async () =>
        valueOf(await scrape(url), 'signalbox_parameter_value', {
          ...nitrogen,
          parameter: 'setpoint',
        }),
      )
      .toBe(1_600);
    // A text is no number.
    const later = await scrape(url);
    expect(valueOf(later, 'signalbox_parameter_value', { parameter: 'userTag' })).toBeUndefined();
    expect(valueOf(later, 'signalbox_instrument_values', { ...nitrogen, quality: 'good' })).toBe(2);
    expect(
      valueOf(later, 'signalbox_instrument_value_age_seconds', nitrogen),
    ).toBeGreaterThanOrEqual(0);
  });

  it('are in order, and their counters never go back, while many scrape and the port is busy', async () => {
    await using bench = await GatewayBench.start(laboratory);
    const { url } = bench.client();
    const stop = new AbortController();
    const readers = Array.from({ length: 8 }, async (_, index) => {
      const client = new SignalboxClient({ url, program: `reader-${index}` });
      while (!stop.signal.aborted) await client.read('nitrogen', 'measure');
    });
    const scrapes = count(200);
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        let before: Families = new Map();
        for (let nth = 0; nth < scrapes / 4; nth += 1) {
          const now = await scrape(url);
          expect(goneBack(before, now)).toEqual([]);
          before = now;
        }
      }),
    );
    stop.abort();
    await Promise.all(readers);
    const last = await scrape(url);
    expect(valueOf(last, 'signalbox_http_requests_total', { route: '/metrics' })).toBe(scrapes);
  });
});

/** Series that count and are smaller than before, or gone. */
function goneBack(before: Families, now: Families): string[] {
  return [...before.values()]
    .filter(({ type }) => type !== 'gauge')
    .flatMap(({ samples }) =>
      samples.flatMap(({ name, labels, value }) => {
        const later = valueOf(now, name, labels);
        const isBack = later === undefined || later < value;
        return isBack ? [`${name} ${JSON.stringify(labels)} ${value} -> ${later}`] : [];
      }),
    );
}
