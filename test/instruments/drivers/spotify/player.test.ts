import { expect, test } from 'vitest';
import { Player } from '../../../../src/instruments/index.ts';
import { openSpotifySimulator } from '../../../../src/simulators/index.ts';
import type { SpotifyDefinition } from '../../../../src/simulators/index.ts';
import { alarm, morning, PlayerBench } from '../../../support/spotify.ts';

const quick: SpotifyDefinition = { kind: 'spotify', commandDelayMs: 5 };

test('an alarm finds its device, plays a playlist on it, and sees that it plays', async () => {
  await using simulator = await openSpotifySimulator(quick);
  await using bench = await PlayerBench.open(simulator.address);
  const player = new Player({ instrument: bench.instrument, by: alarm });

  await player.prepare();
  const devices = await player.devices();
  expect(devices.map(({ name, isActive }) => [name, isActive])).toEqual([
    ['Kitchen', false],
    ['Laptop', false],
  ]);
  expect(await player.state()).toMatchObject({ isPlaying: false });

  await player.playOn('kitchen', morning, { shuffle: false });
  await expect.poll(async () => (await player.state()).isPlaying).toBe(true);
  expect(await player.state()).toMatchObject({
    device: { name: 'Kitchen', volume: 40 },
    item: { name: 'First Light' },
    context: morning,
  });

  await player.setVolume(15);
  await expect.poll(async () => (await player.state()).device?.volume).toBe(15);
  await player.pause();
  await expect.poll(async () => (await player.state()).isPlaying).toBe(false);
  // What is silent already stays so, though Spotify calls that a violated restriction.
  await player.pause();
});

test('all parameters are read by one request, however many ask', async () => {
  await using simulator = await openSpotifySimulator({
    ...quick,
    devices: [{ name: 'Kitchen', volume: 40, isActive: true }],
  });
  await using bench = await PlayerBench.open(simulator.address);
  await simulator.resetLog();
  const names = ['playing', 'volume', 'shuffle', 'repeat', 'device', 'progress', 'context'];
  const readings = await Promise.all(
    names.map(async (name) => await bench.instrument.read(name, alarm)),
  );
  expect(readings.map(({ value }) => value)).toEqual([false, 40, false, 'off', 'Kitchen', 0, '']);
  expect((await simulator.report()).transactions).toBe(1);
});

test('a parameter that is written is so a little later', async () => {
  await using simulator = await openSpotifySimulator(quick);
  await using bench = await PlayerBench.open(simulator.address);
  const { instrument } = bench;
  await instrument.write('device', 'laptop', alarm);
  await expect
    .poll(async () => (await instrument.call('state', {}, alarm)) as object)
    .toMatchObject({
      device: { name: 'Laptop' },
    });
  const values = { playing: true, volume: 33, shuffle: true, repeat: 'track', progress: 60_000 };
  for (const [name, value] of Object.entries(values)) await instrument.write(name, value, alarm);
  await expect
    .poll(async () => {
      const read = async (name: string): Promise<unknown> =>
        (await instrument.read(name, alarm)).value;
      const progress = Number(await read('progress'));
      return [
        await read('playing'),
        await read('volume'),
        await read('shuffle'),
        await read('repeat'),
        progress >= 60_000,
      ];
    })
    .toEqual([true, 33, true, 'track', true]);
});
