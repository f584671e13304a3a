import { expect, test } from 'vitest';

import type { TopicSnapshot, TopicUpdate } from '../../src/client/index.ts';
import { GatewayBench } from './gateway-bench.ts';

const bus = `
[simulators.bus]
kind = "propar"
nodes = [{ address = 3, serial = "M1", userTag = "left", capacity = 100, unit = "ln/min" }]
[ports.bus]
simulator = "bus"
protocol = "propar"
[instruments.left]
port = "bus"
driver = "bronkhorst"
node = 3
[instruments.left.poll]
everyMs = 50
`;

const meter = [
  { path: 'simulators.dmm', value: { kind: 'multimeter' } },
  { path: 'ports.dmm', value: { simulator: 'dmm', protocol: 'lines' } },
  {
    path: 'instruments.dmm',
    value: {
      port: 'dmm',
      driver: 'scpi',
      parameters: { voltage: { query: 'MEAS:VOLT:DC?', unit: 'V' } },
      poll: { everyMs: 50 },
    },
  },
] as const;

test('values, exchanges, settings and instruments of a gateway are told as they come and go', async () => {
  await using bench = await GatewayBench.startFromFile(bus);
  const client = bench.client();
  const updates: TopicUpdate[] = [];
  const snapshots: TopicSnapshot[] = [];
  using _subscription = client.subscribe(['>'], {
    update: (update) => updates.push(update),
    snapshot: (snapshot) => snapshots.push(snapshot),
  });
  const of = (topic: string): readonly TopicUpdate[] =>
    updates.filter((update) => update.topic === topic);

  await expect
    .poll(() => of('values.left').at(-1)?.data)
    .toMatchObject({
      instrument: 'left',
      values: {
        fMeasure: { quality: 'good', unit: 'ln/min', value: expect.any(Number) as unknown },
      },
    });
  await expect.poll(() => of('values.left').length).toBeGreaterThan(1);
  const [first, second] = of('values.left');
  expect(second?.sequence).toBe((first?.sequence ?? 0) + 1);
  await expect.poll(() => of('traffic.bus').length).toBeGreaterThan(3);
  expect(of('traffic.bus')[0]?.data).toMatchObject({ port: 'bus', exchange: { outcome: 'ok' } });
  await expect
    .poll(() => snapshots.map(({ topic }) => topic))
    .toEqual(expect.arrayContaining(['ports.bus', 'instruments', 'alerts', 'traffic.bus']));

  await client.changeSettings(meter, { why: 'a meter' });
  await expect.poll(() => of('values.dmm').length).toBeGreaterThan(0);
  await expect
    .poll(() => of('config').at(-1)?.data)
    .toMatchObject({ event: 'config', data: { why: 'a meter' } });
  await expect
    .poll(() => of('instruments'))
    .toMatchObject([
      { data: { event: 'added', data: { instrument: 'dmm', port: 'dmm', family: 'scpi' } } },
    ]);
  await client.changeSettings(
    [...meter].reverse().map(({ path }) => ({ path, delete: true as const })),
  );
  await expect.poll(() => of('instruments').at(-1)?.data['event']).toBe('removed');
  await expect.poll(() => bench.gateway.hub.find('values.dmm')).toBeUndefined();
  await expect.poll(() => bench.gateway.hub.find('ports.dmm')).toBeUndefined();
});

test('who listens is in the status', async () => {
  await using bench = await GatewayBench.startFromFile(bus);
  const client = bench.client();
  using _subscription = client.subscribe(['ports.*'], {});
  await expect.poll(async () => (await client.status()).hub.connections).toBe(1);
  expect((await client.status()).hub.topics).toBeGreaterThan(4);
});
