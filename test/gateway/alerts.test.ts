import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { receiver } from '../telemetry/notify/support.ts';
import type { Received } from '../telemetry/notify/support.ts';
import { GatewayBench } from './gateway-bench.ts';

const laboratory = (hook: string): string => `
[simulators.bus]
kind = "propar"
nodes = [{ address = 3 }]
[ports.bus]
simulator = "bus"
protocol = "propar"
[instruments.nitrogen]
port = "bus"
driver = "bronkhorst"
node = 3
[instruments.nitrogen.poll]
parameters = ["setpoint"]
everyMs = 50
[alerts.high]
title = "Too much nitrogen"
parameter = "setpoint"
is = "above"
value = 16000
[notify.hook]
kind = "webhook"
url = "${hook}"
[notify.gone]
kind = "webhook"
url = "http://127.0.0.1:9/none"
`;

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** What `signalbox` says, and its exit code. */
async function cli(
  url: string,
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> {
  try {
    const { stdout } = await run(process.execPath, [main, ...words, '--url', url]);
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, output: stdout };
  }
}

/** As a receiver has them that drops what it has by its key. */
function eventsOf(received: readonly Received[]): string[] {
  const byKey = new Map(received.map((each) => [each.headers['idempotency-key'], each]));
  return Array.from(byKey.values(), ({ body }) => {
    const { event, alert } = JSON.parse(body) as {
      event: string;
      alert: { alert: string; subject: string };
    };
    return `${event} ${alert.alert} ${alert.subject}`;
  });
}

test('a value that is polled raises an alert that is told by webhook, shown, and cleared', async () => {
  await using hook = await receiver();
  await using bench = await GatewayBench.startFromFile(laboratory(hook.url));
  const client = bench.client();
  const heard: string[] = [];
  using _subscription = client.subscribe(['alerts'], {
    update: ({ data }) => void heard.push((data as { event: string }).event),
  });
  await client.write('nitrogen', 'setpoint', 20_000);
  await expect.poll(() => eventsOf(hook.received)).toEqual(['raised high nitrogen']);
  const { alerts, ways } = await client.alerts.list();
  expect(alerts.find(({ name }) => name === 'high')).toMatchObject({
    state: 'raised',
    raised: [{ subject: 'nitrogen', value: 20_000, title: 'Too much nitrogen' }],
  });
  expect(ways.map(({ name, state }) => [name, state])).toEqual([
    ['hook', 'idle'],
    ['gone', 'failing'],
  ]);
  await client.write('nitrogen', 'setpoint', 100);
  await expect.poll(() => eventsOf(hook.received).at(-1)).toBe('cleared high nitrogen');
  await expect.poll(() => heard).toEqual(['raised', 'cleared']);
  const trial = await client.alerts.test('hook');
  expect(trial).toEqual([{ way: 'hook', passed: true }]);
});

test('rules and ways are changed while the gateway runs', async () => {
  await using hook = await receiver();
  await using other = await receiver();
  await using bench = await GatewayBench.startFromFile(laboratory(hook.url));
  const client = bench.client();
  await client.write('nitrogen', 'setpoint', 10_000);
  const change = async (path: string, value: unknown): Promise<void> => {
    await client.changeSettings([{ path, value }]);
    expect((await client.settings()).pendingRestart).toEqual([]);
  };
  await change('alerts.high.value', 5_000);
  await expect.poll(() => eventsOf(hook.received)).toEqual(['raised high nitrogen']);
  await change('notify.hook.url', other.url);
  await change('alerts.high.enabled', false);
  await expect.poll(() => eventsOf(other.received)).toEqual(['cleared high nitrogen']);
  expect(hook.received).toHaveLength(1);
  await client.changeSettings([{ path: 'instruments.nitrogen', delete: true }]);
  await expect.poll(async () => (await client.instruments()).length).toBe(0);
});

test('a gateway that is killed tells nobody again of what is raised, and of what has ended once', async () => {
  await using hook = await receiver();
  const first = await GatewayProcess.start(laboratory(hook.url));
  const { folder } = first;
  const client = new SignalboxClient({ url: first.url, program: 'test' });
  await client.write('nitrogen', 'setpoint', 20_000);
  await expect.poll(() => eventsOf(hook.received)).toEqual(['raised high nitrogen']);
  // Whether it has written down that the receiver has it, or not.
  process.kill(first.pid, 'SIGKILL');
  await first.ended();
  // The simulator has forgotten the setpoint, so that the alert is over.
  await using second = await GatewayProcess.start('', { folder });
  await expect
    .poll(() => eventsOf(hook.received))
    .toEqual(['raised high nitrogen', 'cleared high nitrogen']);
  const again = new SignalboxClient({ url: second.url, program: 'test' });
  expect(await again.alerts.history({ alert: 'high' })).toMatchObject([{ end: 'cleared', id: 1 }]);
});

test('the command line lists, acknowledges, silences and tries; doctor tells of ways that do not work', async () => {
  await using hook = await receiver();
  await using bench = await GatewayBench.startFromFile(laboratory(hook.url));
  const url = bench.address('http');
  const client = bench.client();
  await client.write('nitrogen', 'setpoint', 20_000);
  await expect.poll(() => hook.received.length).toBe(1);
  await expect
    .poll(async () => (await client.alerts.list()).ways.map(({ state }) => state))
    .toContain('failing');
  const [listed, acknowledged, silenced, over, history, tried, doctor] = await Promise.all([
    cli(url, 'alerts'),
    cli(url, 'alerts', 'acknowledge', 'high', '--why', 'it is meant', '--json'),
    cli(url, 'alerts', 'silence', 'hi*', '--for', '2h', '--json'),
    cli(url, 'alerts', 'silence', 'none', '--end'),
    cli(url, 'alerts', 'history', 'high', '--json'),
    cli(url, 'alerts', 'test', 'gone'),
    cli(url, 'doctor', '--json'),
  ]);
  expect(listed.output).toMatch(/nitrogen: setpoint is 20000; alert: above 16000/);
  expect(listed.output).toMatch(/hook +idle/);
  expect(JSON.parse(acknowledged.output)).toMatchObject({
    alert: 'high',
    acknowledged: [{ subject: 'nitrogen', acknowledged: { why: 'it is meant' } }],
  });
  expect(JSON.parse(silenced.output)).toMatchObject({ alert: 'hi*' });
  expect(over.output).toContain('none is not silenced');
  expect(JSON.parse(history.output)).toMatchObject({ alert: 'high', subject: 'nitrogen' });
  expect([tried.code, tried.output]).toEqual([4, expect.stringContaining('NOTICE_FAILED')]);
  const { checks } = JSON.parse(doctor.output) as {
    checks: { name: string; passed: boolean; found: string }[];
  };
  expect(checks.find(({ name }) => name === 'way hook')).toMatchObject({ passed: true });
  expect(checks.find(({ name }) => name === 'way gone')).toMatchObject({ passed: false });
  expect(doctor.code).not.toBe(0);
});

test('secrets are in no page, log, history or settings', async () => {
  await using hook = await receiver();
  const toml = laboratory(hook.url).replace(
    /url = "http:\/\/127.0.0.1:9\/none"/,
    'urlFile = "url"',
  );
  await using bench = await GatewayBench.startFromFile(
    `${toml}tokenFile = "token"\nsigningKeyFile = "key"\n`,
  );
  for (const [name, secret] of [
    ['url', 'http://127.0.0.1:9/S3CRET'],
    ['token', 'S3CRET'],
    ['key', 'S3CRET'],
  ] as const) {
    writeFileSync(bench.file(name), secret, { mode: 0o600 });
  }
  const client = bench.client();
  await client.write('nitrogen', 'setpoint', 20_000);
  await expect.poll(async () => (await client.alerts.list()).ways[1]?.state).toBe('failing');
  const everything = [
    await client.alerts.list(),
    await client.alerts.test(),
    await client.settings(),
    await client.status(),
  ];
  expect(JSON.stringify(everything)).not.toContain('S3CRET');
  const log = await cli(bench.address('http'), 'logs', '--json');
  expect(log.output).not.toContain('S3CRET');
});

test('that nothing can be recorded is told without being asked for, and that it can again', async () => {
  await using hook = await receiver();
  await using bench = await GatewayBench.startFromFile(
    `${laboratory(hook.url)}[recorder]\nfile = "FOLDER/taken/history.sqlite"\nbatchMs = 50\n`,
  );
  await expect.poll(() => eventsOf(hook.received)).toEqual(['raised recording-stopped recorder']);
  mkdirSync(bench.file('taken'));
  await expect
    .poll(() => eventsOf(hook.received).at(-1), { timeout: 25_000 })
    .toBe('cleared recording-stopped recorder');
  const [past] = await bench.client().alerts.history({ alert: 'recording-stopped' });
  expect(past).toMatchObject({ severity: 'critical', end: 'cleared' });
});

test('an instrument whose wire is gone is told of as offline, also when nobody polls it', async () => {
  await using hook = await receiver();
  await using _bench = await GatewayBench.startFromFile(`
[ports.bus]
serial = "/dev/signalbox-is-not-there"
protocol = "propar"
[instruments.nitrogen]
port = "bus"
driver = "bronkhorst"
node = 3
[alerts.instrument-offline]
forS = 0.2
[alerts.bus]
is = "port-down"
forS = 0.2
[notify.hook]
kind = "webhook"
url = "${hook.url}"
`);
  await expect
    .poll(() => eventsOf(hook.received).toSorted())
    .toEqual(['raised bus bus', 'raised instrument-offline nitrogen']);
});
