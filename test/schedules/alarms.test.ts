import { describe, expect, it, vi } from 'vitest';
import { SignalboxError } from '../../src/kernel/index.ts';
import type { Owner } from '../../src/kernel/index.ts';
import { ScheduleBench } from './schedule-bench.ts';

const ada: Owner = { id: 'ada', program: 'test', door: 'http', sinceMs: 0 };
const second = 1_000;
const minute = 60 * second;
const morning = 'spotify:playlist:37i9dQZF1DXcBWIGoYBM5M';

/** An alarm at 06:45, at 06:40. */
function bench(more: string, when = 'weekdays = ["monday"]'): ScheduleBench {
  return new ScheduleBench(
    '2026-11-30T06:40:00+01:00',
    `[ports.spotify]
http = "https://api.spotify.com/v1"
protocol = "http"
[instruments.music]
port = "spotify"
driver = "spotify"
clientId = "0123456789abcdef0123456789abcdef"
[alarms.wake]
time = "06:45"
${when}
player = "music"
playlist = "${morning}"
volume = 35
${more}`,
  );
}

describe('an alarm', () => {
  it('makes its player ready before, and rings at its time: on its device, as loud as it is to be', async () => {
    using clock = bench('device = "bed  ROOM"\nshuffle = true');
    const { player } = clock;
    player.deviceNames = ['Kitchen', 'Bed room'];
    await clock.advance(3 * minute - 1);
    expect(player.told).toEqual([]);
    await clock.advance(1);
    expect(player.told).toEqual(['prepare', 'devices']);
    player.told.length = 0;
    await clock.advance(2 * minute - 1);
    expect(player.told).toEqual([]);
    await clock.advance(1 + 2 * second);
    expect(player.told).toEqual([
      'prepare',
      'devices',
      'state',
      'setVolume 35',
      'playOn bed room shuffled',
      'state',
      'setVolume 35',
    ]);
    expect(clock.scheduler.status('wake').state).toBe('ringing');
    expect(clock.ended).toEqual(['wake scheduled done']);
    const [run] = clock.scheduler.history('wake');
    expect(run?.steps[0]?.result).toBe('plays on Bed room at 35 %');
  });

  it('fades in from silence, in steps of five percent at most, to its volume exactly', async () => {
    using clock = bench('device = "Bedroom"\nfadeIn = true\nfadeInS = 60');
    const { player } = clock;
    await clock.advance(5 * minute + 2 * second);
    expect(player.volumes.get('Bedroom')).toBe(0);
    expect(player.isPlaying).toBe(true);
    await clock.advance(70 * second);
    const volumes = player.told.filter((each) => each.startsWith('setVolume'));
    const steps = volumes.map((each) => Number(each.split(' ')[1]));
    expect(steps.at(-1)).toBe(35);
    for (const [index, step] of steps.entries()) {
      expect(step - (steps[index - 1] ?? 0)).toBeLessThanOrEqual(5);
    }
  });

  it('rings at its volume where silence cannot be set', async () => {
    using clock = bench('device = "Bedroom"\nfadeIn = true');
    clock.player.fixedVolume.add('Bedroom');
    await clock.advance(6 * minute);
    expect(clock.player.isPlaying).toBe(true);
    expect(clock.ended).toEqual(['wake scheduled done']);
  });

  it('rings on its fallback device when its own takes commands and does not play', async () => {
    using clock = bench('device = "Bedroom"\nfallbackDevice = "Kitchen"');
    clock.player.mute.add('Bedroom');
    await clock.advance(5 * minute + 60 * second);
    expect(clock.player).toMatchObject({ active: 'Kitchen', isPlaying: true });
    expect(clock.ended).toEqual(['wake scheduled done']);
  });

  it('wakes a device that is not in the list any more, and was before', async () => {
    using clock = bench('device = "Bedroom"');
    await clock.advance(4 * minute);
    const { player } = clock;
    player.devices = async () => [];
    await clock.advance(minute + 5 * second);
    expect(player).toMatchObject({ active: 'Bedroom', isPlaying: true });
  });

  it('tries again when the service fails, and says so when it could not ring', async () => {
    using clock = bench('device = "Bedroom"');
    const down = (): Error => new SignalboxError('LINK_COMMUNICATION', 'the service is away');
    clock.player.failures.set('playOn', [down(), down()]);
    await clock.advance(5 * minute + 10 * second);
    expect(clock.player.isPlaying).toBe(true);

    using other = bench('device = "Attic"');
    await other.advance(7 * minute);
    expect(other.ended).toEqual(['wake scheduled failed']);
    expect(other.notices.at(-1)).toMatchObject({
      level: 'warn',
      message: expect.stringContaining("no device 'Attic'; it has Bedroom, Kitchen") as string,
    });
    expect(other.scheduler.history('wake')[0]).toMatchObject({ code: 'ALARM_FAILED' });
  });

  it('ends its attempts in time with a player that does not answer', async () => {
    using clock = bench('device = "Bedroom"');
    clock.player.isStuck = true;
    await clock.advance(5 * minute + 91 * second);
    expect(clock.ended).toEqual(['wake scheduled failed']);
    expect(clock.runs.at(-1)?.reason).toMatch(/preparing the player had not ended/);
  });

  it('does not try again what only a person can put right', async () => {
    using clock = bench('device = "Bedroom"');
    const refused = new SignalboxError('SIGN_IN_REQUIRED', 'sign in again');
    clock.player.failures.set('prepare', [refused, refused]);
    await clock.advance(5 * minute + second);
    expect(clock.ended).toEqual(['wake scheduled failed']);
    expect(clock.notices.at(-1)?.message).toMatch(/sign in again/);
  });

  it('takes silence for a snooze, and wakes again with its whole volume', async () => {
    using clock = bench('device = "Bedroom"\nfadeIn = true\nsnoozeMinutes = 5');
    const { player } = clock;
    await clock.advance(7 * minute);
    player.isPlaying = false;
    await clock.advance(31 * second);
    expect(clock.scheduler.status('wake').state).toBe('snoozed');
    await clock.advance(4 * minute);
    expect(player.isPlaying).toBe(false);
    await clock.advance(minute + 5 * second);
    expect(player).toMatchObject({ isPlaying: true });
    expect(player.volumes.get('Bedroom')).toBe(35);
    expect(player.told).toContain('resume');
    expect(clock.scheduler.status('wake').state).toBe('ringing');
    expect(clock.ended).toEqual(['wake scheduled done', 'wake snooze done']);
    // Two hours after it rang nobody snoozes it any more.
    await clock.advance(120 * minute);
    expect(clock.scheduler.status('wake').state).toBe('waiting');
    expect(clock.alarms.at(-1)).toMatchObject({ state: 'over', reason: 'its window is over' });
  });

  it('is over for somebody who plays something else', async () => {
    using clock = bench('device = "Bedroom"');
    await clock.advance(6 * minute);
    clock.player.context = 'spotify:album:0000000000000000000000';
    await clock.advance(20 * second);
    expect(clock.scheduler.status('wake').state).toBe('waiting');
    expect(clock.player.isPlaying).toBe(true);
  });

  it('can be snoozed and stopped by hand', async () => {
    using clock = bench('device = "Bedroom"');
    await expect(clock.scheduler.snooze('wake')).rejects.toThrow(/does not ring/);
    await clock.advance(6 * minute);
    const untilMs = await clock.scheduler.snooze('wake', 3);
    expect(untilMs - clock.clock.now()).toBe(3 * minute);
    expect(clock.player.isPlaying).toBe(false);
    await clock.advance(3 * minute + 5 * second);
    expect(clock.player.isPlaying).toBe(true);
    expect(await clock.scheduler.stop('wake', ada)).toBe(true);
    expect(clock.player.isPlaying).toBe(false);
    expect(await clock.scheduler.stop('wake', ada)).toBe(false);
    await clock.advance(30 * minute);
    expect(clock.player.isPlaying).toBe(false);
  });

  it('rings on over a restart, once, and a snooze is kept', async () => {
    using clock = bench('device = "Bedroom"');
    await clock.advance(5 * minute + 500);
    // Before it was seen to play.
    clock.restart();
    await clock.advance(5 * second);
    expect(clock.player.isPlaying).toBe(true);
    expect(clock.ended).toEqual(['wake scheduled done']);
    await clock.scheduler.snooze('wake', 5);
    clock.restart();
    expect(clock.scheduler.status('wake').state).toBe('snoozed');
    await clock.advance(5 * minute + 5 * second);
    expect(clock.player.isPlaying).toBe(true);
    expect(clock.player.told.filter((each) => each.startsWith('playOn'))).toHaveLength(2);
  });

  it('that rings once is switched off in the change that says when it rang, also after a crash', async () => {
    using clock = bench('device = "Bedroom"', '');
    clock.source.failures.push(new SignalboxError('INTERNAL', 'the disk is full'));
    await clock.advance(5 * minute + 100);
    expect(clock.source.changes).toEqual([]);
    clock.restart();
    await clock.advance(5 * second);
    expect(clock.source.changes).toMatchObject([
      { kind: 'alarm', name: 'wake', enabled: false, lastRun: '2026-11-30T06:45+01:00' },
    ]);
    await clock.advance(25 * 60 * minute);
    expect(clock.ended).toEqual(['wake scheduled done']);
    await clock.scheduler.setEnabled('wake', true, ada);
    await clock.advance(24 * 60 * minute);
    expect(clock.ended).toHaveLength(2);
  });
});

describe('a sleep timer', () => {
  it('lets the volume go down in its last minute, pauses, and leaves the volume as it was', async () => {
    using clock = bench('');
    const { player } = clock;
    player.active = 'Bedroom';
    player.isPlaying = true;
    player.volumes.set('Bedroom', 40);
    await clock.scheduler.startSleepTimer('music', ada, { minutes: 2 });
    await clock.advance(minute - 1);
    expect(player.told).toEqual([]);
    await clock.advance(31 * second);
    expect(player.volumes.get('Bedroom')).toBe(20);
    clock.restart();
    await clock.advance(31 * second);
    expect(player.isPlaying).toBe(false);
    expect(player.told.at(-2)).toBe('pause');
    expect(clock.scheduler.sleepTimers()).toEqual([]);
  });

  it.each([15 * second, 2 * minute])(
    'that a restart of %i ms cuts short in its last minute leaves the volume as it was',
    async (offMs) => {
      using clock = bench('');
      const { player } = clock;
      player.active = 'Bedroom';
      player.isPlaying = true;
      player.volumes.set('Bedroom', 40);
      await clock.scheduler.startSleepTimer('music', ada, { minutes: 1 });
      await clock.advance(31 * second);
      expect(player.volumes.get('Bedroom')).toBeLessThan(40);
      clock.crash();
      await clock.clock.advance(offMs);
      clock.restart();
      for (let passed = 0; passed < 60; passed += 1) await clock.advance(second);
      expect(player.isPlaying).toBe(false);
      expect(player.volumes.get('Bedroom')).toBe(40);
    },
  );

  it('comes to its end, and says so, while its ledger cannot be written', async () => {
    using clock = bench('');
    const { player } = clock;
    player.active = 'Bedroom';
    player.isPlaying = true;
    player.volumes.set('Bedroom', 40);
    await clock.scheduler.startSleepTimer('music', ada, { minutes: 1 });
    vi.spyOn(clock.ledger, 'setNote').mockImplementation(() => {
      throw new Error('the disk is full');
    });
    const states: string[] = [];
    clock.scheduler.events.on('sleepTimer', ({ state }) => void states.push(state));
    await clock.advance(2 * minute);
    expect(states).toEqual(['fading', 'ended']);
    expect(player.volumes.get('Bedroom')).toBe(40);
    expect(clock.notices.map(({ message }) => message)).toEqual([
      expect.stringContaining('the disk is full'),
    ]);
  });

  it('can be stopped, and the player plays on as loud as before', async () => {
    using clock = bench('');
    const { player } = clock;
    player.volumes.set('Kitchen', 40);
    const play = { uri: morning, device: 'Kitchen', volume: 40 };
    const started = clock.scheduler.startSleepTimer('music', ada, { minutes: 1, play });
    await clock.advance(30 * second);
    await started;
    expect(player.volumes.get('Kitchen')).toBeLessThan(40);
    expect(await clock.scheduler.stopSleepTimer('music')).toBe(true);
    await clock.advance(2 * minute);
    expect(player).toMatchObject({ isPlaying: true, active: 'Kitchen' });
    expect(player.volumes.get('Kitchen')).toBe(40);
    await expect(clock.scheduler.startSleepTimer('musik', ada)).rejects.toThrow(
      /did you mean music/,
    );
  });
});
