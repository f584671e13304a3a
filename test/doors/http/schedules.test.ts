import { expect, test } from 'vitest';

import { SignalboxClient } from '../../../src/client/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { Ledger, Scheduler } from '../../../src/schedules/index.ts';
import { ScriptedPlayer } from '../../schedules/scripted-player.ts';
import { LedgerFolder, MemorySource } from '../../schedules/support.ts';
import { openDoor } from './open-door.ts';
import type { OpenDoor } from './open-door.ts';

const laboratory = `
[schedules]
timeZone = "Europe/Vienna"
[jobs.purge]
title = "Purge the line"
cron = "30 2 * * *"
steps = [{ do = "notify", message = "purged" }, { do = "wait", forS = 60 }]
[jobs.off]
enabled = false
once = "2027-01-01T00:00"
steps = [{ do = "notify", message = "happy new year" }]
`;

const withAlarm = `${laboratory}
[ports.spotify]
http = "https://api.spotify.com/v1"
protocol = "http"
[instruments.music]
port = "spotify"
driver = "spotify"
clientId = "client"
[alarms.wake]
time = "06:30"
weekdays = ["monday"]
player = "music"
playlist = "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M"
`;

interface Desk extends AsyncDisposable {
  readonly url: string;
  readonly player: ScriptedPlayer;
  readonly ask: OpenDoor['ask'];
  readonly source: MemorySource;
  readonly clock: ManualClock;
}

/** A door that leads to a scheduler, the day before the clock is put forward in Vienna. */
async function openDesk(text = laboratory): Promise<Desk> {
  const stack = new AsyncDisposableStack();
  const clock = new ManualClock(Date.parse('2027-03-27T12:00:00+01:00'));
  const ledger = stack.use(new Ledger(stack.use(new LedgerFolder()).path));
  const source = new MemorySource(text);
  const player = new ScriptedPlayer();
  const players = new Map([['music', player]]);
  const instruments = new Map();
  const scheduler = stack.use(new Scheduler({ source, ledger, clock, instruments, players }));
  scheduler.start();
  const door = stack.use(await openDoor({ services: { schedules: scheduler } }));
  return {
    url: door.url,
    player,
    ask: async (...asked) => await door.ask(...asked),
    source,
    clock,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

test('alarms and jobs tell how they stand and when they run next, with the offset of the day', async () => {
  await using desk = await openDesk();
  const { body } = await desk.ask('GET', '/api/v1/schedules?next=2');
  expect(body['schedules']).toMatchObject([
    { name: 'off', state: 'off', next: [] },
    {
      name: 'purge',
      title: 'Purge the line',
      state: 'waiting',
      // There is no 02:30 on that day.
      next: [
        { at: '2027-03-28T03:00+02:00', slot: '2027-03-28T02:30' },
        { at: '2027-03-29T02:30+02:00' },
      ],
    },
  ]);
  const one = await desk.ask('GET', '/api/v1/schedules/purge?next=0');
  expect(one.body).toMatchObject({ name: 'purge', next: [] });
});

test('what is run by hand is in the history with who wanted it, and can be stopped', async () => {
  await using desk = await openDesk();
  const who = { 'signalbox-program': 'ada.py' };
  const begun = await desk.ask('POST', '/api/v1/schedules/purge/run', {}, who);
  expect(begun).toMatchObject({ status: 202, body: { runId: 1 } });
  const again = await desk.ask('POST', '/api/v1/schedules/purge/run', {}, who);
  expect(again).toMatchObject({ status: 409, body: { error: { code: 'JOB_RUNNING' } } });
  const running = await desk.ask('GET', '/api/v1/schedules/purge');
  expect(running.body).toMatchObject({ state: 'running' });
  const stopped = await desk.ask('POST', '/api/v1/schedules/purge/stop', {}, who);
  expect(stopped).toMatchObject({ status: 200, body: { stopped: true } });
  await expect
    .poll(async () => (await desk.ask('GET', '/api/v1/runs?schedule=purge')).body['runs'])
    .toMatchObject([{ id: 1, cause: 'manual', state: 'stopped', steps: [{ state: 'done' }, {}] }]);
  const { body } = await desk.ask('GET', '/api/v1/runs?limit=1');
  expect(JSON.stringify(body)).toContain('ada.py');
  const none = await desk.ask('POST', '/api/v1/schedules/purge/stop', {});
  expect(none.body).toEqual({ stopped: false });
});

test('a job is switched on and off in the configuration', async () => {
  await using desk = await openDesk();
  const on = await desk.ask('PUT', '/api/v1/schedules/purge/enabled', { enabled: false });
  expect(on).toMatchObject({ status: 200, body: { enabled: false, state: 'off' } });
  expect(desk.source.changes).toMatchObject([{ name: 'purge', enabled: false }]);
});

test('a dry run and a preview do nothing', async () => {
  await using desk = await openDesk();
  const dry = await desk.ask('GET', '/api/v1/schedules/purge/dry-run');
  expect(dry.body).toMatchObject({ steps: ['notify: purged', 'wait for 60 s'], problems: [] });
  const rule = { time: '02:30', weekdays: ['sunday'], gap: 'skip' };
  const preview = await desk.ask('POST', '/api/v1/schedules/preview?next=1', rule);
  expect(preview.body).toMatchObject({ next: [{ at: '2027-04-04T02:30+02:00' }] });
  expect((await desk.ask('GET', '/api/v1/runs')).body).toEqual({ runs: [] });
  expect(desk.source.changes).toEqual([]);
});

test('what is not there or cannot be is refused with the reason', async () => {
  await using desk = await openDesk();
  const missing = await desk.ask('GET', '/api/v1/schedules/purg');
  expect(missing).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  expect(JSON.stringify(missing.body)).toContain('purge');
  for (const rule of [
    {},
    { cron: '61 * * * *' },
    { cron: '* * * * *', once: '2027-01-01T00:00' },
  ]) {
    const refused = await desk.ask('POST', '/api/v1/schedules/preview', rule);
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'BAD_ARGUMENT' } } });
  }
  const few = await desk.ask('GET', '/api/v1/schedules?next=1000');
  expect(few.status).toBe(400);
});

/** Lets an alarm ring, and the clock run while it does. */
async function ringing(desk: Desk): Promise<void> {
  await desk.ask('POST', '/api/v1/schedules/wake/run', {});
  await expect
    .poll(async () => {
      await desk.clock.advance(1_000);
      return (await desk.ask('GET', '/api/v1/schedules/wake')).body['state'];
    })
    .toBe('ringing');
}

test('an alarm that rings can be snoozed, for longer, and stopped', async () => {
  await using desk = await openDesk(withAlarm);
  const silent = await desk.ask('POST', '/api/v1/schedules/wake/snooze', {});
  expect(silent).toMatchObject({ status: 400, body: { error: { code: 'BAD_ARGUMENT' } } });
  await ringing(desk);
  expect(desk.player.isPlaying).toBe(true);

  const snoozed = await desk.ask('POST', '/api/v1/schedules/wake/snooze', {});
  expect(snoozed).toMatchObject({
    status: 200,
    body: { untilMs: desk.clock.now() + 9 * 60_000 },
  });
  expect(desk.player.isPlaying).toBe(false);
  const longer = await desk.ask('POST', '/api/v1/schedules/wake/snooze', { minutes: 20 });
  expect(longer.body).toEqual({ untilMs: desk.clock.now() + 20 * 60_000 });
  const tooLong = await desk.ask('POST', '/api/v1/schedules/wake/snooze', { minutes: 61 });
  expect(tooLong.status).toBe(400);
  const stopped = await desk.ask('POST', '/api/v1/schedules/wake/stop', {});
  expect(stopped.body).toEqual({ stopped: true });
});

test('a player falls silent after a time, unless somebody changes their mind', async () => {
  await using desk = await openDesk(withAlarm);
  const who = { 'signalbox-program': 'bedside' };
  const set = await desk.ask('POST', '/api/v1/players/music/sleep', { minutes: 20 }, who);
  const timer = { player: 'music', minutes: 20, endsAtMs: desk.clock.now() + 20 * 60_000 };
  expect(set).toMatchObject({ status: 200, body: timer });
  const { body } = await desk.ask('GET', '/api/v1/sleep-timers');
  expect(body).toMatchObject({ sleepTimers: [timer] });
  expect(JSON.stringify(body)).toContain('bedside');
  expect((await desk.ask('DELETE', '/api/v1/players/music/sleep')).body).toEqual({ stopped: true });
  expect((await desk.ask('GET', '/api/v1/sleep-timers')).body).toEqual({ sleepTimers: [] });

  const nobody = await desk.ask('POST', '/api/v1/players/musik/sleep', {});
  expect(nobody).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  expect(JSON.stringify(nobody.body)).toContain('did you mean music?');
});

test('runs, alarms and sleep timers are in the event stream', async () => {
  await using desk = await openDesk(withAlarm);
  const events: { event: string; data: Record<string, unknown> }[] = [];
  const stop = new AbortController();
  const client = new SignalboxClient({ url: desk.url });
  const read = (async () => {
    for await (const event of client.events({ signal: stop.signal })) events.push(event);
  })().catch(() => {});
  await expect.poll(() => events.length).toBeGreaterThan(0);
  await desk.ask('POST', '/api/v1/players/music/sleep', { minutes: 20 });
  await ringing(desk);
  const names = (): string[] => events.map(({ event }) => event);
  await expect.poll(names).toEqual(expect.arrayContaining(['sleepTimer', 'run', 'alarm']));
  stop.abort();
  await read;
});

test('a gateway without alarms and jobs has none', async () => {
  await using door = await openDoor();
  expect((await door.ask('GET', '/api/v1/schedules')).body).toEqual({ schedules: [] });
  expect((await door.ask('GET', '/api/v1/sleep-timers')).body).toEqual({ sleepTimers: [] });
  expect((await door.ask('GET', '/api/v1/runs')).status).toBe(404);
});
