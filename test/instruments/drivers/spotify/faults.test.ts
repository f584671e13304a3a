import { expect, test } from 'vitest';
import { ManualClock } from '../../../../src/kernel/index.ts';
import { openSpotifySimulator } from '../../../../src/simulators/index.ts';
import type { SpotifyDefinition, SpotifySimulator } from '../../../../src/simulators/index.ts';
import { settled } from '../../../support/settled.ts';
import { alarm, morning, PlayerBench } from '../../../support/spotify.ts';

const kitchen = { name: 'Kitchen', isActive: true };

class Bench implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly simulator: SpotifySimulator;
  readonly player: PlayerBench;

  private constructor(clock: ManualClock, simulator: SpotifySimulator, player: PlayerBench) {
    this.clock = clock;
    this.simulator = simulator;
    this.player = player;
  }

  static async open(definition: Omit<SpotifyDefinition, 'kind'> = {}): Promise<Bench> {
    const clock = new ManualClock();
    const simulator = await openSpotifySimulator(
      { kind: 'spotify', commandDelayMs: 0, devices: [kitchen], ...definition },
      clock,
    );
    const player = await PlayerBench.open(simulator.address, { clock });
    await simulator.resetLog();
    return new Bench(clock, simulator, player);
  }

  async read(name: string): Promise<unknown> {
    return (await settled(this.clock, this.player.instrument.read(name, alarm))).value;
  }

  async write(name: string, value: string | number | boolean): Promise<void> {
    await settled(this.clock, this.player.instrument.write(name, value, alarm));
  }

  async call(name: string, params: object = {}): Promise<unknown> {
    return await settled(this.clock, this.player.instrument.call(name, params, alarm));
  }

  /** The requests that have gone out, in their order. */
  async requests(): Promise<string[]> {
    const all = await this.simulator.transactions();
    return all.map(({ request }) => Buffer.from(request).toString());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await settled(this.clock, this.player[Symbol.asyncDispose]());
    await this.simulator[Symbol.asyncDispose]();
  }
}

test.each([
  ['drops the connection in the middle', { kind: 'wrong-length' }],
  ['fails with 500', { kind: 'status', status: 500 }],
  ['fails with 502', { kind: 'status', status: 502 }],
  ['fails with 503', { kind: 'status', status: 503 }],
  ['fails with 504', { kind: 'status', status: 504 }],
  ['says nothing', { kind: 'drop' }],
  ['says garbage', { kind: 'garble' }],
  ['says ten megabytes', { kind: 'oversize', bytes: 10_485_760 }],
] as const)('a read goes through where the service %s, twice', async (_what, fault) => {
  await using bench = await Bench.open();
  await bench.simulator.addFault({ fault, times: 2 });
  expect(await bench.read('volume')).toBe(50);
  expect(await bench.requests()).toHaveLength(3);
});

test.each([
  ['next', {}, 'POST /v1/me/player/next'],
  ['previous', {}, 'POST /v1/me/player/previous'],
] as const)('%s is never sent again: its outcome is unknown', async (name, params, request) => {
  for (const fault of [
    { kind: 'wrong-length' },
    { kind: 'drop' },
    { kind: 'status', status: 502 },
  ] as const) {
    await using bench = await Bench.open();
    await bench.call('play', { uri: morning });
    await bench.simulator.resetLog();
    await bench.simulator.addFault({ fault, times: 1 });
    await expect(bench.call(name, params)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await bench.requests()).toEqual([request]);
  }
});

test('what may be set twice is set again', async () => {
  await using bench = await Bench.open();
  await bench.simulator.addFault({ fault: { kind: 'wrong-length' }, times: 1 });
  await bench.write('volume', 20);
  expect(await bench.requests()).toEqual([
    'PUT /v1/me/player/volume?volume_percent=20',
    'PUT /v1/me/player/volume?volume_percent=20',
  ]);
});

test('a pause whose answer was lost has paused, though the second one is refused', async () => {
  await using bench = await Bench.open();
  await bench.call('play', { uri: morning });
  await bench.simulator.addFault({ fault: { kind: 'wrong-length' }, times: 1 });
  await bench.call('pause');
  expect(await bench.read('playing')).toBe(false);
});

test('a service that asks for a pause gets it, and who waits is told until when', async () => {
  await using bench = await Bench.open();
  await bench.read('playing');
  await bench.simulator.resetLog();
  const fault = { kind: 'status', status: 429, retryAfterSeconds: 7 } as const;
  await bench.simulator.addFault({ fault, times: 1 });
  const { instrument, port } = bench.player;
  const startMs = bench.clock.monotonic();
  const reading = instrument.read('volume', alarm, { waitMs: 20_000 });
  await expect.poll(() => port.status().state).toBe('recovering');
  const until = new Date(bench.clock.now() + 7_000).toISOString().slice(0, 19);
  expect(port.status().reason).toMatch(
    `has had too many requests (429) and asked to be left alone until ${until}Z`,
  );
  // Others get in line behind it; a write too.
  const writing = instrument.write('volume', 30, alarm, { waitMs: 20_000 });
  await settled(bench.clock, Promise.all([reading, writing]));
  expect(bench.clock.monotonic() - startMs).toBeGreaterThanOrEqual(7_000);
  expect((await bench.requests()).toSorted()).toEqual([
    'GET /v1/me/player',
    'GET /v1/me/player',
    'PUT /v1/me/player/volume?volume_percent=30',
  ]);
});

test('what was refused for too many requests was not done, and says when to ask again', async () => {
  await using bench = await Bench.open();
  const fault = { kind: 'status', status: 429, retryAfterSeconds: 3 } as const;
  await bench.simulator.addFault({ fault, times: 1 });
  await expect(bench.call('next')).rejects.toMatchObject({
    code: 'RATE_LIMITED',
    details: { retryAfterMs: 3_000, isSent: false },
  });
});

test('more requests than the service takes in 30 s wait, and are answered', async () => {
  await using bench = await Bench.open({ requestsMost: 5 });
  for (let read = 0; read < 5; read += 1) await bench.read('volume');
  const late = bench.player.instrument.read('volume', alarm, { waitMs: 60_000 });
  expect((await settled(bench.clock, late)).value).toBe(50);
});

test('after three failures of the network in a row the service is left alone for 30 s', async () => {
  await using bench = await Bench.open();
  await bench.read('volume');
  await bench.simulator.unplug(Infinity);
  await expect(bench.read('volume')).rejects.toMatchObject({ code: 'INSTRUMENT_OFFLINE' });
  const resting = await bench.read('volume').catch((error: unknown) => error);
  expect(resting).toMatchObject({
    code: 'INSTRUMENT_OFFLINE',
    message: expect.stringMatching(/could not be reached 3 times in a row; it is tried again in/),
  });
});

test.each([
  ['PREMIUM_REQUIRED', 'volume', 30, { isPremium: false }],
  ['PLAYER_REFUSED', 'volume', 30, { devices: [{ ...kitchen, supportsVolume: false }] }],
  ['PLAYER_IDLE', 'volume', 30, { devices: [{ name: 'Kitchen' }] }],
  ['PLAYER_IDLE', 'shuffle', true, { devices: [{ name: 'Kitchen' }] }],
  ['PLAYER_REFUSED', 'device', 'Kitchen', { devices: [{ ...kitchen, isRestricted: true }] }],
  ['PLAYER_DEVICE_MISSING', 'device', 'Attic', {}],
] as const)('what the service refuses is %s', async (code, name, value, definition) => {
  await using bench = await Bench.open(definition);
  const failure = await bench.write(name, value).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
  expect((failure as Error).message).not.toContain('Player command failed');
});

test('where nothing is active a player is silent, and has no volume, item or device', async () => {
  await using bench = await Bench.open({ devices: [{ name: 'Kitchen' }] });
  expect(await bench.read('playing')).toBe(false);
  for (const name of ['volume', 'item', 'device', 'repeat']) {
    await expect(bench.read(name)).rejects.toMatchObject({ code: 'PLAYER_IDLE' });
  }
});

test('an advertisement or another restriction is told as such', async () => {
  await using bench = await Bench.open();
  const message = 'Player command failed: Restriction violated';
  const fault = { kind: 'status', status: 403, message, reason: 'UNKNOWN' } as const;
  await bench.simulator.addFault({ fault, times: 1 });
  await expect(bench.write('shuffle', true)).rejects.toMatchObject({
    code: 'PLAYER_REFUSED',
    fault: 'instrument',
    nextStep: expect.stringMatching(/state of the player/),
  });
});

test.each([
  ['play', { uri: 'spotify:playlist:short' }, 'VALUE_INVALID'],
  ['play', { uri: 'https://open.spotify.com/playlist/37i9dQZF1DX0SIMULATED1' }, 'VALUE_INVALID'],
  ['play', { device: 'x'.repeat(101) }, 'VALUE_OUT_OF_RANGE'],
  ['play', { volume: 5 }, 'BAD_ARGUMENT'],
  ['play', { shuffle: 'yes' }, 'VALUE_INVALID'],
  ['addToQueue', {}, 'BAD_ARGUMENT'],
  ['addToQueue', { uri: morning }, 'VALUE_INVALID'],
  ['seek', { positionMs: -1 }, 'VALUE_OUT_OF_RANGE'],
  ['seek', { positionMs: 1.5 }, 'VALUE_INVALID'],
  ['transfer', { play: true }, 'BAD_ARGUMENT'],
  ['fly', {}, 'NOT_FOUND'],
] as const)('%s with %j is refused before the wire', async (name, params, code) => {
  await using bench = await Bench.open();
  await expect(bench.call(name, params)).rejects.toMatchObject({ code });
  expect(await bench.requests()).toEqual([]);
});

test.each([
  ['volume', 101, 'VALUE_OUT_OF_RANGE'],
  ['volume', 2.5, 'VALUE_INVALID'],
  ['repeat', 'twice', 'VALUE_OUT_OF_RANGE'],
  ['item', 'x', 'READ_ONLY'],
] as const)('%s = %j is refused before the wire', async (name, value, code) => {
  await using bench = await Bench.open();
  await expect(bench.write(name, value)).rejects.toMatchObject({ code });
  expect(await bench.requests()).toEqual([]);
});
