import { expect, test } from 'vitest';
import { Player } from '../../src/instruments/index.ts';
import type { Owner } from '../../src/kernel/index.ts';
import { Ledger, Scheduler } from '../../src/schedules/index.ts';
import { openSpotifySimulator } from '../../src/simulators/index.ts';
import { alarm, morning, PlayerBench } from '../support/spotify.ts';
import { LedgerFolder, MemorySource } from './support.ts';

const ada: Owner = { id: 'ada', program: 'test', door: 'http', sinceMs: 0 };

test('an alarm rings on a simulated Spotify, fades in, and can be snoozed and stopped', async () => {
  await using simulator = await openSpotifySimulator({ kind: 'spotify', commandDelayMs: 5 });
  await using bench = await PlayerBench.open(simulator.address);
  using folder = new LedgerFolder();
  using ledger = new Ledger(folder.path);
  const player = new Player({ instrument: bench.instrument, by: alarm });
  const source = new MemorySource(`[ports.spotify]
http = "https://api.spotify.com/v1"
protocol = "http"
[instruments.music]
port = "spotify"
driver = "spotify"
clientId = "0123456789abcdef0123456789abcdef"
[alarms.wake]
time = "06:45"
player = "music"
playlist = "${morning}"
device = "kitchen"
volume = 35
fadeIn = true
fadeInS = 5`);
  await using scheduler = new Scheduler({
    source,
    ledger,
    instruments: new Map([['music', bench.instrument]]),
    players: new Map([['music', player]]),
  });
  scheduler.start();
  const stateOf = async (): Promise<object> => await player.state();

  scheduler.runNow('wake', ada);
  await expect.poll(() => scheduler.status('wake').state).toBe('ringing');
  expect(await stateOf()).toMatchObject({ isPlaying: true, context: morning });
  await expect
    .poll(async () => (await player.state()).device)
    .toMatchObject({ name: 'Kitchen', volume: 35 });
  await expect.poll(() => scheduler.history('wake')[0]?.state).toBe('done');
  // A run by hand uses up no time of an alarm that rings once.
  expect(scheduler.status('wake')).toMatchObject({ enabled: true, runsOnce: true });

  await scheduler.snooze('wake');
  expect(scheduler.status('wake').state).toBe('snoozed');
  await expect.poll(stateOf).toMatchObject({ isPlaying: false });
  expect(await scheduler.stop('wake', ada)).toBe(true);
  expect(scheduler.status('wake').state).toBe('waiting');
});
