import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { postgresPassword, PostgresServer } from '../support/postgres-server.ts';
import { GatewayBench } from './gateway-bench.ts';

const bus = `
[simulators.bus]
kind = "propar"
nodes = [{ address = 3, userTag = "left", fluid = "N2", capacity = 100, unit = "ln/min" }]
[ports.bus]
simulator = "bus"
protocol = "propar"
[instruments.left]
port = "bus"
driver = "bronkhorst"
node = 3
[instruments.left.poll]
parameters = ["fMeasure", "setpoint"]
everyMs = 50
`;

interface Series {
  readonly instrument: string;
  readonly parameter: string;
  readonly unit?: string;
  readonly last: readonly number[];
}

async function historyOf(bench: GatewayBench, series: string): Promise<Series> {
  const url = `${bench.address('http')}/api/v1/history?series=${series}&points=10000`;
  const { series: found } = (await (await fetch(url)).json()) as { series: [Series] };
  return found[0];
}

async function recorderOf(bench: GatewayBench): Promise<{ ready: boolean; state: string }> {
  const { subsystems } = await bench.client().status();
  const found = subsystems.find(({ name }) => name === 'recorder');
  if (found === undefined) throw new Error('there is no recorder');
  return found;
}

describe('a gateway that records', () => {
  it('keeps what is polled, and has it again after its end', async () => {
    await using bench = await GatewayBench.start(`${bus}
      [recorder]
      record = ["left.*"]
      exclude = ["*.setpoint"]
      batchMs = 50
    `);
    await expect
      .poll(async () => (await historyOf(bench, 'left.fMeasure')).last.length)
      .toBeGreaterThan(3);
    expect((await historyOf(bench, 'left.fMeasure')).unit).toBe('ln/min');
    expect((await historyOf(bench, 'left.setpoint')).last).toEqual([]);
    expect(await recorderOf(bench)).toMatchObject({ ready: true });
    await bench.gateway.drain();
    const stored = bench.gateway.recorder?.stored ?? 0;
    const again = new GatewayBench(
      `${bus.replace('everyMs = 50', 'everyMs = 60000')}\n[recorder]\n`,
      undefined,
      bench.folder,
    );
    await again.gateway.start();
    const { last } = await historyOf(again, 'left.fMeasure');
    expect(last.length).toBeGreaterThanOrEqual(stored);
    await again.gateway.close();
  });

  it('goes on with all else where nothing can be written, and records when it can', async () => {
    const bench = new GatewayBench(`${bus}
      [recorder]
      file = "FOLDER/taken/history.sqlite"
      batchMs = 50
    `);
    await using _end = bench;
    await bench.gateway.start();
    const told: unknown[] = [];
    using _listening = bench.client().subscribe(['recorder'], {
      snapshot: ({ data }) => told.push(data?.['state']),
      update: ({ data }) => told.push(data['event']),
    });
    await expect.poll(async () => (await recorderOf(bench)).state).toBe('stopped');
    await expect.poll(() => told).toContain('stopped');
    expect((await bench.client().read('left', 'fMeasure')).value).toBeTypeOf('number');
    mkdirSync(bench.file('taken'));
    await expect.poll(async () => (await recorderOf(bench)).ready).toBe(true);
    await expect.poll(() => told).toContain('resumed');
    await expect
      .poll(async () => (await historyOf(bench, 'left.fMeasure')).last.length)
      .toBeGreaterThan(0);
    await bench.gateway.close();
    rmSync(bench.file('taken'), { recursive: true });
  });

  it('records nothing unless it is told to', async () => {
    await using bench = await GatewayBench.start(`${bus}[recorder]\nenabled = false\n`);
    const answer = await fetch(`${bench.address('http')}/api/v1/history?series=left.fMeasure`);
    expect(answer.status).toBe(404);
    expect((await bench.client().status()).subsystems).toEqual([]);
  });
});

describe('a gateway that records on a server', () => {
  it('keeps what is polled there, and says where without the password', async () => {
    await using server = await PostgresServer.start();
    process.env['SIGNALBOX_TEST_URL'] = server.url;
    await using bench = await GatewayBench.start(`${bus}
      [recorder]
      database = "postgres"
      urlVariable = "SIGNALBOX_TEST_URL"
      batchMs = 50
    `);
    await expect
      .poll(async () => (await historyOf(bench, 'left.fMeasure')).last.length)
      .toBeGreaterThan(3);
    await server.down();
    await expect.poll(async () => (await recorderOf(bench)).state).toBe('stopped');
    await server.up();
    await expect.poll(async () => (await recorderOf(bench)).ready).toBe(true);
    await bench.gateway.drain();
    const log = readFileSync(bench.file('state/signalbox.log'), 'utf8');
    expect(log).toContain('recording has stopped: postgresql://signalbox@127.0.0.1');
    expect(log).toContain('recording goes on');
    expect(log).not.toContain(postgresPassword);
    expect(log).not.toContain(encodeURIComponent(postgresPassword));
  });

  it('does not start where the address is missing', async () => {
    await using bench = new GatewayBench(
      `${bus}[recorder]\ndatabase = "postgres"\nurlFile = "FOLDER/nowhere"\n`,
    );
    await expect(bench.gateway.start()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
