import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MinersBench } from '../support/miners.ts';
import { GatewayBench } from './gateway-bench.ts';

interface Answer {
  readonly status: number;
  readonly body: Record<string, never>;
}

/** A gateway with a file that can be changed, and miners that it knows nothing of yet. */
class Desk implements AsyncDisposable {
  readonly miners: MinersBench;
  readonly gateway: GatewayBench;

  private constructor(miners: MinersBench, gateway: GatewayBench) {
    this.miners = miners;
    this.gateway = gateway;
  }

  static async open(definition: Parameters<typeof MinersBench.open>[0], toml = ''): Promise<Desk> {
    const miners = await MinersBench.open(definition);
    return new Desk(miners, await GatewayBench.startFromFile(toml));
  }

  async ask(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${this.gateway.address('http')}${path}`, {
      method,
      // No page of another origin can send that without being asked.
      headers: method === 'GET' ? {} : { 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    return { status: answer.status, body: (await answer.json()) as Answer['body'] };
  }

  async add(number: number, type: string, more: object = {}): Promise<Answer> {
    const miner = this.miners.simulator.miners[number - 1];
    const place = { ip_address: miner?.host, port: miner?.port };
    return await this.ask('POST', '/api/miners', { type, ...place, ...more });
  }

  get file(): string {
    return readFileSync(this.gateway.file('lab.toml'), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
    await this.miners[Symbol.asyncDispose]();
  }
}

test('a miner that is added is an instrument at once: watched, shown, changed and taken away', async () => {
  await using desk = await Desk.open({ bitaxe: 1, firstAddress: '127.60.0.1' });
  const id = 'bitaxe_127_60_0_1';
  const added = await desk.add(1, 'bitaxe', { name: 'On the desk' });
  expect(added.status).toBe(201);
  expect(added.body).toMatchObject({
    id,
    name: 'On the desk',
    type: 'bitaxe',
    ip_address: '127.60.0.1',
    added_at: expect.stringMatching(/^\d{4}-/),
  });
  expect(desk.file).toContain(`[instruments.${id}]`);
  await expect
    .poll(async () => (await desk.ask('GET', `/api/miners/${id}`)).body)
    .toMatchObject({
      status: 'online',
      last_error: null,
      metrics: {
        hashrate: expect.any(Number),
        temperature: expect.any(Number),
        shares_accepted: expect.any(Number),
      },
      pool_info: { url: 'public-pool.example:3333', user: 'bc1qsimulated.bitaxe' },
      device_info: { model: 'BM1370', mac: '02:01:00:00:00:01' },
    });
  expect((await desk.ask('GET', `/api/miners/${id}/metrics/latest`)).body).toMatchObject({
    miner_id: id,
    hashrate: expect.any(Number),
  });
  // Everything else that knows instruments knows it, too.
  expect(await desk.gateway.client().read(id, 'mac')).toMatchObject({ value: '02:01:00:00:00:01' });

  const changed = await desk.ask('PUT', `/api/miners/${id}`, {
    name: 'In the rack',
    settings: { frequency: 550, voltage: 1.2, fan_speed: 80 },
  });
  expect(changed).toMatchObject({ status: 200, body: { name: 'In the rack' } });
  const client = desk.gateway.client();
  expect(await client.read(id, 'frequency')).toMatchObject({ value: 550 });
  expect(await client.read(id, 'coreVoltage')).toMatchObject({ value: 1_200 });
  expect(await client.read(id, 'manualFanSpeed')).toMatchObject({ value: 80 });

  expect((await desk.ask('POST', `/api/miners/${id}/restart`)).status).toBe(200);
  expect((await desk.ask('DELETE', `/api/miners/${id}`)).status).toBe(200);
  expect((await desk.ask('GET', `/api/miners/${id}`)).status).toBe(404);
  expect((await desk.ask('GET', '/api/miners')).body).toEqual({ miners: [], total: 0 });
  expect(desk.file).not.toContain(id);
});

test('types have the other words of the seed, and each is the driver that it means', async () => {
  await using desk = await Desk.open({ avalon: 1, magic: 1, firstAddress: '127.61.0.1' });
  expect((await desk.add(1, 'AvalonNano')).body).toMatchObject({ id: 'avalon_nano_127_61_0_1' });
  expect((await desk.add(2, 'bg02')).body).toMatchObject({ id: 'magic_miner_127_61_0_2' });
  await expect
    .poll(async () => (await desk.ask('GET', '/api/miners')).body)
    .toMatchObject({
      total: 2,
      miners: [
        { type: 'avalon_nano', status: 'online', metrics: { power: expect.any(Number) } },
        { type: 'magic_miner', status: 'online', device_info: { model: 'BG02' } },
      ],
    });
  const set = { settings: { mode: 'turbo', led: 50 } };
  expect((await desk.ask('PUT', '/api/miners/avalon_nano_127_61_0_1', set)).status).toBe(200);
  const client = desk.gateway.client();
  expect(await client.read('avalon_nano_127_61_0_1', 'workLevel')).toMatchObject({ value: 2 });
  expect(await client.read('avalon_nano_127_61_0_1', 'led')).toMatchObject({ value: true });
  const refused = await desk.ask('PUT', '/api/miners/magic_miner_127_61_0_2', {
    settings: { overclock: 'balanced' },
  });
  expect(refused).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringMatching(/cannot be set to a overclock/) } },
  });
});

test('what is outside of the ranges is refused before the miner is asked, and counted', async () => {
  await using desk = await Desk.open({ bitaxe: 1, firstAddress: '127.62.0.1' });
  const id = 'bitaxe_127_62_0_1';
  await desk.add(1, 'bitaxe');
  await desk.miners.simulator.resetLog();
  const outside: readonly (readonly [object, number])[] = [
    [{ frequency: 99 }, 400],
    [{ frequency: 2_001 }, 400],
    [{ voltage: 2.1 }, 400],
    [{ fan_speed: 101 }, 400],
    [{ temperature_target: 29 }, 400],
    [{ power_limit: 5 }, 400],
    [{ mode: 'ludicrous' }, 400],
    [{ led: 101 }, 400],
    [{ nonsense: 1 }, 400],
    // In the range of all miners, outside of that of a Bitaxe.
    [{ frequency: 399 }, 422],
    [{ voltage: 1.31 }, 422],
    // And what it has not at all.
    [{ mode: 'eco' }, 400],
  ];
  for (const [settings, status] of outside) {
    const answer = await desk.ask('PUT', `/api/miners/${id}`, { settings });
    expect([settings, answer.status]).toEqual([settings, status]);
  }
  expect((await desk.miners.requests()).some((each) => each.startsWith('PATCH'))).toBe(false);
  expect((await desk.add(1, 'toaster')).status).toBe(422);
  expect((await desk.ask('POST', '/api/miners', { type: 'bitaxe' })).status).toBe(400);
  expect((await desk.add(1, 'bitaxe')).body).toMatchObject({
    error: { message: expect.stringMatching(/already/) },
  });
  const { body } = await desk.ask('GET', '/api/validation/stats');
  expect(body).toMatchObject({
    accepted: 1,
    refused: outside.length + 3,
    by_field: { 'settings.frequency': 2, frequency: 1, voltage: 1, mode: 1 },
  });
});

test('a miner that is switched off is added all the same, and says why it is not online', async () => {
  await using desk = await Desk.open({ bitaxe: 1, firstAddress: '127.63.0.1' });
  await desk.miners.simulator.unplug(Infinity);
  const { status, body } = await desk.add(1, 'bitaxe');
  expect(status).toBe(201);
  expect(body).toMatchObject({
    status: 'offline',
    last_error: expect.stringMatching(/cannot be reached/),
  });
  await expect
    .poll(async () => (await desk.ask('GET', '/api/miners')).body)
    .toMatchObject({ total: 1, miners: [{ status: 'offline', metrics: {} }] });
});

test('a network is searched, and what is found can be added; a search can be stopped', async () => {
  await using desk = await Desk.open({ bitaxe: 2, avalon: 1, firstAddress: '127.64.0.1' });
  expect((await desk.ask('GET', '/api/setup-status')).body).toMatchObject({
    setup_complete: false,
    can_be_changed: true,
  });
  expect((await desk.ask('GET', '/api/discovery/status')).body).toMatchObject({ status: 'idle' });
  const ports = [...new Set(desk.miners.simulator.miners.map(({ port }) => port))];
  const begun = await desk.ask('POST', '/api/discovery', { network: '127.64.0.0/29', ports });
  expect(begun.status).toBe(202);
  await expect
    .poll(async () => (await desk.ask('GET', '/api/discovery/status')).body)
    .toMatchObject({ status: 'completed', progress: 100 });
  const { body } = await desk.ask('GET', '/api/discovery/status');
  const found = body['discovered_miners'] as unknown as readonly {
    readonly id: string;
    readonly type: string;
    readonly ip_address: string;
    readonly port: number;
  }[];
  expect(found.map(({ id }) => id)).toEqual([
    'bitaxe_127_64_0_1',
    'bitaxe_127_64_0_2',
    'avalon_nano_127_64_0_3',
  ]);
  for (const { type, ip_address, port } of found) {
    const made = await desk.ask('POST', '/api/miners', { type, ip_address, port });
    expect(made.status).toBe(201);
  }
  expect((await desk.ask('GET', '/api/setup-status')).body).toMatchObject({
    setup_complete: true,
    miner_count: 3,
  });

  const wide = { network: '127.65.0.0/16', ports };
  expect((await desk.ask('POST', '/api/discovery', wide)).status).toBe(202);
  expect((await desk.ask('POST', '/api/discovery', wide)).body).toMatchObject({
    error: { code: 'QUEUE_FULL' },
  });
  await desk.ask('POST', '/api/discovery/stop');
  await expect
    .poll(async () => (await desk.ask('GET', '/api/discovery/status')).body)
    .toMatchObject({ status: 'stopped' });
  await desk.ask('POST', '/api/discovery', { network: '8.8.8.0/24' });
  await expect
    .poll(async () => (await desk.ask('GET', '/api/discovery/status')).body)
    .toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/not a network of your own/),
    });
});

test('many are done at once, and one that fails keeps no other from being done', async () => {
  await using desk = await Desk.open({ bitaxe: 3, firstAddress: '127.66.0.1' });
  for (const number of [1, 2, 3]) await desk.add(number, 'bitaxe');
  const ids = [1, 2, 3].map((number) => `bitaxe_127_66_0_${number}`);
  const update = await desk.ask('POST', '/api/miners/bulk', {
    action: 'update',
    miner_ids: [...ids, 'nobody'],
    settings: { frequency: 550 },
  });
  expect(update.body).toMatchObject({
    succeeded: 3,
    failed: 1,
    results: [{}, {}, {}, { miner_id: 'nobody', success: false, code: 'NOT_FOUND' }],
  });
  const client = desk.gateway.client();
  for (const id of ids) expect(await client.read(id, 'frequency')).toMatchObject({ value: 550 });
  const gone = await desk.ask('POST', '/api/miners/bulk', { action: 'delete', miner_ids: ids });
  expect(gone.body).toMatchObject({ succeeded: 3, failed: 0 });
  expect((await desk.ask('GET', '/api/miners')).body).toMatchObject({ total: 0 });
});

test('settings of all miners are those of the configuration', async () => {
  await using desk = await Desk.open({ bitaxe: 2, firstAddress: '127.67.0.1' });
  await desk.add(1, 'bitaxe');
  expect((await desk.ask('GET', '/api/settings')).body).toEqual({
    polling_interval: 30,
    data_retention_days: null,
    refresh_interval: 10,
  });
  const set = { polling_interval: 5, refresh_interval: 60 };
  expect((await desk.ask('PUT', '/api/settings', set)).body).toMatchObject(set);
  await desk.add(2, 'bitaxe');
  const { polls } = (await desk.ask('GET', '/api/v1/polls')).body as unknown as {
    readonly polls: readonly { readonly everyMs: number }[];
  };
  expect(polls.map(({ everyMs }) => everyMs)).toEqual([5_000, 5_000]);
  for (const wrong of [
    { polling_interval: 4 },
    { polling_interval: 3_601 },
    { refresh_interval: 301 },
    { data_retention_days: 366 },
  ]) {
    expect((await desk.ask('PUT', '/api/settings', wrong)).status).toBe(400);
  }

  const advanced = { connection_timeout: 10, retry_attempts: 3 };
  expect((await desk.ask('PUT', '/api/settings/advanced', advanced)).body).toEqual(advanced);
  expect(desk.file).toMatch(/timeoutMs = 10_?000/);

  const rule = { instruments: ['bitaxe_*'], parameter: 'temperature', is: 'above', value: 70 };
  const alerts = await desk.ask('PUT', '/api/settings/alerts', { hot: rule });
  expect(alerts.body).toMatchObject({ alerts: { hot: rule } });
  const bad = await desk.ask('PUT', '/api/settings/alerts', { hot: { is: 'nonsense' } });
  expect(bad.body).toMatchObject({ error: { code: 'CONFIG_INVALID' } });
  const none = await desk.ask('PUT', '/api/settings/alerts', { hot: null });
  expect(none.body).toEqual({ alerts: {} });
  expect((await desk.ask('POST', '/api/reload-miners')).body).toMatchObject({ total: 2 });
});

test('recorded figures are shown a row a moment', async () => {
  await using desk = await Desk.open(
    { bitaxe: 1, firstAddress: '127.68.0.1' },
    '[recorder]\nbatchMs = 50\n',
  );
  const id = 'bitaxe_127_68_0_1';
  await desk.add(1, 'bitaxe');
  const rows = async (): Promise<readonly object[]> =>
    (await desk.ask('GET', `/api/miners/${id}/metrics`)).body['metrics'] ?? [];
  await expect
    .poll(async () => (await rows())[0])
    .toMatchObject({
      timestamp: expect.stringMatching(/^\d{4}-/),
      hashrate: expect.any(Number),
      temperature: expect.any(Number),
    });
  expect((await desk.ask('GET', `/api/miners/${id}/metrics?start=never`)).status).toBe(400);
});
