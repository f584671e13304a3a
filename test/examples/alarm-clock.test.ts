import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { simulatorDefinition } from '../../src/gateway/index.ts';
import { startSimulators } from '../../src/simulators/index.ts';
import type { SimulatedLaboratory } from '../../src/simulators/index.ts';
import { GatewayProcess, run } from '../support/gateway-process.ts';

const example = fileURLToPath(new URL('../../examples/alarm-clock/', import.meta.url));
const morning = 'spotify:playlist:37i9dQZF1DX0SIMULATED1';
const waiting = { timeout: 90_000, interval: 200 };
const rampTo = 25_600;

/** The music service of the example in this process: it goes on playing when a gateway is killed. */
async function musicService(): Promise<SimulatedLaboratory> {
  const { simulators } = await loadConfig(`${example}lab.toml`);
  const { spotify } = simulators;
  if (spotify === undefined) throw new Error('the example has no music service');
  return await startSimulators({ spotify: simulatorDefinition('spotify', spotify, example) });
}

/** The laboratory of the example with that service, times in UTC, and less patience. */
async function laboratory(service: string): Promise<string> {
  const text = await readFile(`${example}lab.toml`, 'utf8');
  return text
    .replace('simulator = "spotify"', `http = "http://${service}/v1"`)
    .replace('clientId =', `accounts = "http://${service}"\nclientId =`)
    .replace('Europe/Vienna', 'UTC')
    .replace('fadeInS = 60', 'fadeInS = 5')
    .replace('overS = 60, everyS = 1', 'overS = 2, everyS = 0.2');
}

interface Playing {
  readonly isPlaying: boolean;
  readonly context?: string;
  readonly device?: { readonly name: string; readonly volume: number };
}

async function playing(client: SignalboxClient): Promise<Playing> {
  return (await client.call('music', 'state', {})) as Playing;
}

/** A time of the day that comes soon, and not at once: as an alarm is set, in minutes. */
function soon(): string {
  const nextMinute = Math.ceil((Date.now() + 10_000) / 60_000) * 60_000;
  return new Date(nextMinute).toISOString().slice(11, 16);
}

async function set(
  client: SignalboxClient,
  alarm: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const changes = Object.entries(settings).map(([key, value]) => ({
    path: ['alarms', alarm, key],
    value,
  }));
  await client.changeSettings(changes);
}

interface Revision {
  readonly by: string;
  readonly keys: readonly string[];
}

async function history(url: string): Promise<readonly Revision[]> {
  const answer = await fetch(`${url}/api/v1/config/history?limit=5`);
  return ((await answer.json()) as { revisions: Revision[] }).revisions;
}

interface Hits {
  readonly total: number;
  readonly hit_rate: number;
}

test('the alarm clock wakes, ramps, snoozes and outlives a kill, and loses no setting', async () => {
  await using service = await musicService();
  const address = service.simulators.get('spotify')?.address ?? '';
  await using first = await GatewayProcess.start(await laboratory(address));
  let client = new SignalboxClient({ url: first.url });
  const signedIn = await fetch(`${first.url}/api/players/music/sign-in`);
  expect(signedIn.status).toBe(200);

  // Five threads of another program change settings at once.
  const changed = await run('python3', [`${example}change_settings.py`, first.url]);
  expect(changed).toMatchObject({ code: 0, errors: '' });
  expect(changed.output).toContain('alarms.nap.graceS went from 600 to 725');
  const { values } = await client.settings();
  expect(values).toMatchObject({ alarms: { nap: { graceS: 725 } } });
  expect(await readFile(`${first.folder}/lab.toml`, 'utf8')).toContain(
    '# Without weekdays it rings once',
  );
  await set(client, 'wake', { volume: 40 });

  // From silence to its volume, on its own device, whatever plays elsewhere.
  await client.schedules.run('wake');
  await expect
    .poll(async () => (await client.schedules.get('wake')).state, waiting)
    .toBe('ringing');
  expect(await playing(client)).toMatchObject({
    isPlaying: true,
    context: morning,
    device: { name: 'Bedroom' },
  });
  const volumes = new Set<number>();
  const volume = async (): Promise<number | undefined> => {
    const now = (await playing(client)).device?.volume;
    if (now !== undefined) volumes.add(now);
    return now;
  };
  await expect.poll(volume, waiting).toBe(40);
  expect(Math.min(...volumes)).toBeLessThan(40);

  const isPlaying = async (): Promise<boolean> => (await playing(client)).isPlaying;

  // The sleep timer fades it out; who ends it hears it as before.
  await client.schedules.startSleepTimer('music', { minutes: 1 });
  await expect.poll(volume, waiting).toBeLessThan(40);
  expect(await client.schedules.stopSleepTimer('music')).toBe(true);
  await expect.poll(volume, waiting).toBe(40);

  // An alarm that rings once, some seconds from now.
  await set(client, 'nap', { time: soon(), enabled: true });
  await client.schedules.run('ramp-up');
  await expect
    .poll(async () => (await client.read('purge', 'setpoint')).value, waiting)
    .toBeGreaterThan(0);
  const ramped = async (): Promise<unknown> => {
    const [last] = await client.schedules.runs({ schedule: 'ramp-up', limit: 1 });
    return last?.state;
  };
  await expect.poll(ramped, waiting).toBe('done');
  expect((await client.read('purge', 'setpoint')).value).toBe(rampTo);

  // Killed in the middle, and started again: it goes on with what rings, and forgets nothing.
  process.kill(first.pid, 'SIGKILL');
  await first.ended();
  await using second = await GatewayProcess.start('', { folder: first.folder });
  client = new SignalboxClient({ url: second.url });
  expect((await client.schedules.get('wake')).state).toBe('ringing');
  await client.schedules.stop('wake');
  await expect.poll(isPlaying, waiting).toBe(false);

  await expect.poll(async () => (await client.schedules.get('nap')).state, waiting).toBe('ringing');
  expect(await playing(client)).toMatchObject({ isPlaying: true, device: { name: 'Kitchen' } });
  // Switched off, and when it rang: one revision of the file.
  await expect
    .poll(async () => (await history(second.url))[0], waiting)
    .toMatchObject({ keys: ['alarms.nap.enabled', 'alarms.nap.lastRun'] });

  const until = await client.schedules.snooze('nap', { minutes: 5 });
  expect(until).toBeGreaterThan(Date.now() + 200_000);
  await expect.poll(isPlaying, waiting).toBe(false);
  expect((await client.schedules.get('nap')).state).toBe('snoozed');
  await client.schedules.stop('nap');
  expect((await client.schedules.get('nap')).state).toBe('off');
  expect(await client.schedules.runs({ schedule: 'nap' })).toHaveLength(1);

  // What is asked often comes from memory.
  for (let asked = 0; asked < 100; asked += 1) {
    await client.read('music', 'playing');
    await client.settings();
  }
  const { data } = (await (await fetch(`${second.url}/api/thread-safety/status`)).json()) as {
    data: { thread_safety_stats: { config_reads: Hits; tokens: { hitRate: number } } };
  };
  const { config_reads: reads, tokens } = data.thread_safety_stats;
  expect(reads.total).toBeGreaterThanOrEqual(100);
  expect(reads.hit_rate).toBeGreaterThanOrEqual(0.99);
  expect(tokens.hitRate).toBeGreaterThanOrEqual(0.98);
}, 240_000);
