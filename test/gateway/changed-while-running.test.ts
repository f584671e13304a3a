import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { SignalboxClient } from '../../src/client/index.ts';
import { GatewayBench } from './gateway-bench.ts';

const bus = `
[simulators.bus]
kind = "propar"
nodes = [
  { address = 3, serial = "M1", userTag = "left", capacity = 100, unit = "ln/min" },
  { address = 5, serial = "M2", userTag = "right" },
]
[ports.bus]
simulator = "bus"
protocol = "propar"
virtualPorts = ["bus-1"]
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
];

/** What these tests look at of what is answered. */
interface Answer {
  readonly pendingRestart?: readonly string[];
  readonly polls?: readonly object[];
  readonly ports?: readonly object[];
  readonly instruments?: readonly object[];
  readonly values?: Readonly<Record<string, { readonly quality: string } | undefined>>;
}

async function json(bench: GatewayBench, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${bench.address('http')}${path}`, {
    ...init,
    headers: init.body === undefined ? {} : { 'content-type': 'application/json' },
  });
  return (await response.json()) as Answer;
}

async function change(bench: GatewayBench, changes: readonly object[]): Promise<Answer> {
  return await json(bench, '/api/v1/config', {
    method: 'PATCH',
    body: JSON.stringify({ changes }),
  });
}

async function names(client: SignalboxClient): Promise<readonly string[]> {
  return (await client.instruments()).map(({ name }) => name);
}

describe('while a gateway runs', () => {
  it('an instrument that comes is there when its change is answered, with its wire and its values', async () => {
    await using bench = await GatewayBench.startFromFile(bus);
    const client = bench.client();
    expect((await change(bench, meter)).pendingRestart).toEqual([]);
    expect(await names(client)).toEqual(['left', 'dmm']);
    expect((await client.read('dmm', 'voltage')).unit).toBe('V');
    await expect
      .poll(async () => (await json(bench, '/api/v1/values/dmm')).values?.['voltage']?.quality)
      .toBe('good');
    const { polls } = await json(bench, '/api/v1/polls');
    expect(polls).toMatchObject([
      { instrument: 'left', parameters: ['fMeasure', 'fSetpoint'] },
      { instrument: 'dmm', port: 'dmm', everyMs: 50 },
    ]);
  });

  it('one that goes ends with its wire, and nobody else notices', async () => {
    await using bench = await GatewayBench.startFromFile(bus);
    await change(bench, meter);
    const client = bench.client();
    const reads = (async () => {
      for (let count = 0; count < 50; count += 1) await client.read('left', 'fMeasure');
    })();
    const gone = meter.map(({ path }) => ({ path, delete: true })).toReversed();
    expect((await change(bench, gone)).pendingRestart).toEqual([]);
    await reads;
    expect(await names(client)).toEqual(['left']);
    await expect(client.read('dmm', 'voltage')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await json(bench, '/api/v1/values')).instruments).toHaveLength(1);
    expect((await json(bench, '/api/v1/ports')).ports).toHaveLength(1);
  });

  it('a new one on a bus shares the wire that is open, and a change of polling touches nothing', async () => {
    await using bench = await GatewayBench.startFromFile(bus);
    const client = bench.client();
    const lease = await client.lease({ instrument: 'left', holdMs: 60_000 });
    await change(bench, [
      {
        path: 'instruments.right',
        value: { port: 'bus', driver: 'bronkhorst', node: 5, socket: 0, poll: { everyMs: 50 } },
      },
      { path: 'instruments.left.poll', value: { parameters: ['temperature'], everyMs: 40 } },
    ]);
    expect((await client.read('right', 'userTag')).value).toBe('right');
    await expect
      .poll(() => bench.gateway.latest.get('right')?.values['fMeasure']?.quality)
      .toBe('good');
    // The lease of the other is still its own.
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
    await expect
      .poll(() => Object.keys(bench.gateway.latest.get('left')?.values ?? {}))
      .toEqual(['temperature']);
    const address = bench.address('right-socket').split('::');
    const socket = connect(Number(address[2]), address[1]);
    await new Promise<void>((resolve) => void socket.once('connect', () => resolve()));
    socket.destroy();
  });

  it('a changed wire is closed and opened as it is to be, with its instruments and doors', async () => {
    await using bench = await GatewayBench.startFromFile(bus);
    const client = bench.client();
    await change(bench, [
      { path: 'ports.bus.timeoutMs', value: 700 },
      { path: 'ports.bus.virtualPorts', value: ['other'] },
    ]);
    expect((await client.read('left', 'fMeasure')).unit).toBe('ln/min');
    const doors = bench.gateway.directory.doors.map(({ name }) => name);
    expect(doors).toEqual(['other', 'http']);
    await expect
      .poll(() => bench.gateway.latest.get('left')?.values['fMeasure']?.quality)
      .toBe('good');
  });

  it('an edit by hand is taken up as well', async () => {
    await using bench = await GatewayBench.startFromFile(bus);
    const file = bench.file('lab.toml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      `${text}\n[instruments.right]\nport = "bus"\ndriver = "bronkhorst"\nnode = 5\n`,
    );
    await expect
      .poll(async () => await names(bench.client()), { timeout: 10_000 })
      .toEqual(['left', 'right']);
  });

  it('what cannot be taken up is told as pending, and taken back as not', async () => {
    await using bench = await GatewayBench.startFromFile(`${bus}
      [csvLogs.flows]
      folder = "FOLDER/csv"
      instruments = ["left"]
      parameters = ["fMeasure"]
    `);
    const done = await change(bench, [{ path: 'instruments.left.node', value: 5 }]);
    expect(done.pendingRestart).toEqual(['instruments.left.node']);
    const client = bench.client();
    expect((await client.read('left', 'userTag')).value).toBe('left');
    const back = await change(bench, [{ path: 'instruments.left.node', value: 3 }]);
    expect(back.pendingRestart).toEqual([]);
  });

  it('a poll of what is not there is told in the log and the diagnosis, and the instrument is there without it', async () => {
    await using bench = await GatewayBench.startFromFile(bus);
    await change(bench, [{ path: 'instruments.left.poll', value: { parameters: ['flow'] } }]);
    expect((await bench.client().read('left', 'fMeasure')).unit).toBe('ln/min');
    const log = (): string => readFileSync(bench.file('state/signalbox.log'), 'utf8');
    await expect
      .poll(log)
      .toContain("instruments.left.poll: instrument left has no parameter 'flow'");
    const { checks } = await bench.client().diagnosis();
    expect(checks.filter(({ passed }) => !passed)).toMatchObject([
      { area: 'instrument', name: 'polls of left', code: 'NOT_FOUND' },
    ]);
    const { pendingRestart } = await json(bench, '/api/v1/config');
    expect(pendingRestart).toContain('instruments.left.poll.parameters');
    await change(bench, [{ path: 'instruments.left.poll', value: { everyMs: 50 } }]);
    await expect.poll(async () => (await bench.client().diagnosis()).passed).toBe(true);
  });

  it('a rename is one that goes and one that comes', async () => {
    await using bench = await GatewayBench.startFromFile(bus);
    await change(bench, [{ path: 'instruments.left', rename: 'nitrogen' }]);
    expect(await names(bench.client())).toEqual(['nitrogen']);
    await expect
      .poll(() => bench.gateway.latest.all().map((each) => each.instrument))
      .toEqual(['nitrogen']);
  });
});
