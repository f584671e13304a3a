import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { weekdayNames } from '../../../config/index.ts';
import type { AlarmConfig } from '../../../config/index.ts';
import { asSignalboxError, describeOwner, given, SignalboxError } from '../../../kernel/index.ts';
import type { ErrorCode } from '../../../kernel/index.ts';
import type { Instrument, PlayerDevice, PlayerState } from '../../../instruments/index.ts';
import { sleepMinutes } from '../../../schedules/index.ts';
import type { ScheduleStatus } from '../../../schedules/index.ts';
import { Fields, wrongField } from '../alarm-clock-fields.ts';
import type { Call } from '../callers.ts';
import { enveloped, envelopeSchema } from '../envelope.ts';
import { publicError, statusOf } from '../error-answer.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const badRequest = 400;
const pending = 202;
const unavailable = 503;
/** What an alarm is called that a client of these routes makes. */
const ownAlarm = 'wake';

/** What their clients know by names of their own. */
const codes: Readonly<Partial<Record<ErrorCode, string>>> = {
  SIGN_IN_REQUIRED: 'auth_required',
  PLAYER_DEVICE_MISSING: 'device_not_found',
  PLAYER_IDLE: 'no_devices',
};

/** And by statuses of their own. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  SIGN_IN_REQUIRED: 401,
  PLAYER_DEVICE_MISSING: 404,
  PLAYER_IDLE: 404,
};

interface Outcome {
  readonly status?: number;
  readonly message?: string;
  readonly data?: object | null;
}

/**
 * An alarm clock with one alarm and one player, as clients of SpotiPi know it: the alarm is the first of
 * the file, the player that of the alarm, or else the first. Where there is no player, there are no such
 * routes.
 */
export function alarmClockRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, services, callers, clock, version } = context;
  if ((directory.players?.size ?? 0) === 0) return;
  const tags = ['alarm clock'];
  const body = z.looseObject({}).nullish();

  const get = (url: string, summary: string, run: (call: Call) => Promise<Outcome>): void => {
    server.get(url, { schema: described(summary) }, async (request, reply) =>
      done(request, reply, run),
    );
  };
  const post = (
    url: string,
    summary: string,
    run: (call: Call, fields: Fields) => Promise<Outcome>,
  ): void => {
    server.post(url, { schema: { ...described(summary), body } }, async (request, reply) =>
      done(request, reply, async (call) => await run(call, new Fields(request.body ?? {}))),
    );
  };

  get('/healthz', 'Whether it is there', async () => ({ data: { ok: true, version } }));

  get('/api/dashboard/status', 'Alarm, sleep timer and what plays, in one answer', async (call) => {
    const alarm = alarmReport();
    const data = { alarm, sleep: sleepReport(), snooze: snoozeReport() };
    try {
      const playback = await playbackOf(call);
      return { data: { ...data, playback, playback_status: 'ready' } };
    } catch (error) {
      const { code, message } = asSignalboxError(error);
      return code === 'SIGN_IN_REQUIRED'
        ? { status: pending, message, data: { ...data, playback_status: 'auth_required' } }
        : { status: unavailable, message, data: { ...data, playback_status: 'error' } };
    }
  });

  get('/playback_status', 'What plays, and where', async (call) => ({
    data: await playbackOf(call),
  }));

  get('/api/devices', 'The devices that music can come out of', async (call) => {
    const devices = (await player().call('devices', {}, call.by, call)) as readonly PlayerDevice[];
    return { data: { devices: devices.map(deviceReport) } };
  });

  get('/api/token-cache/status', 'How often a token was found in memory', async () => {
    const { hits = 0, misses = 0, hitRate = 0 } = services.caches?.tokens() ?? {};
    const metrics = {
      cache_hits: hits,
      cache_misses: misses,
      total_requests: hits + misses,
      hit_rate: hitRate,
    };
    return { data: { cache_metrics: metrics } };
  });

  post('/save_alarm', 'Sets the alarm; what is not named stays', async (call, fields) => {
    const { settings } = services;
    if (settings === undefined) throw new SignalboxError('NOT_FOUND', 'there are no settings');
    const weekdays = fields.weekdays('weekdays')?.map((day) => weekdayNames[day]);
    const isNew = alarmEntry() === undefined;
    if (isNew && !fields.has('time')) throw wrongField('alarm_time', 'time is needed');
    if (isNew && !fields.has('playlist_uri')) {
      throw wrongField('playlist_uri', 'playlist_uri is needed');
    }
    const named = given({
      enabled: fields.flag('enabled'),
      time: fields.time('time', 'time_format'),
      volume: fields.whole('alarm_volume', 0, 100),
      playlist: fields.playable('playlist_uri'),
      device: fields.device('device_name'),
      fadeIn: fields.flag('fade_in'),
      shuffle: fields.flag('shuffle'),
      weekdays,
      ...(isNew ? { player: player().name } : {}),
    });
    const name = alarmEntry()?.[0] ?? ownAlarm;
    // Days of the week and a day of its own exclude each other.
    const date =
      weekdays === undefined || isNew
        ? []
        : [{ path: ['alarms', name, 'date'], delete: true as const }];
    const changes = Object.entries(named).map(([key, value]) => ({
      path: ['alarms', name, key],
      value: value as unknown,
    }));
    const { by, signal } = call;
    const why = `alarm ${name} saved`;
    await settings.change([...date, ...changes], { by: describeOwner(by), why, signal });
    return { message: 'Alarm settings saved', data: alarmReport() };
  });

  post('/api/alarm/execute', 'Lets the alarm ring now', async ({ by }) => {
    const runId = scheduler().runNow(alarmName(), by);
    return { message: 'Alarm executed', data: { run_id: runId } };
  });

  post('/api/snooze/stop', 'Ends the alarm, or its snooze', async ({ by, signal }) => {
    const stopped = await scheduler().stop(alarmName(), by, signal);
    return { message: stopped ? 'Alarm stopped' : 'No alarm was active', data: { stopped } };
  });

  post('/sleep', 'Lets the player fall silent after some minutes', async (call, fields) => {
    const { by, signal } = call;
    const minutes = fields.whole('duration', 1, sleepMinutes.most) ?? sleepMinutes.usual;
    const uri = fields.playable('playlist_uri');
    const how = given({
      device: fields.device('device_name'),
      volume: fields.whole('sleep_volume', 0, 100),
      shuffle: fields.flag('shuffle'),
    });
    const play = uri === undefined ? {} : { play: { uri, ...how } };
    await scheduler().startSleepTimer(player().name, by, { minutes, signal, ...play });
    return { message: `Sleep timer started for ${minutes} minutes`, data: sleepReport() };
  });

  post('/stop_sleep', 'Lets the player play on', async ({ signal }) => {
    const stopped = await scheduler().stopSleepTimer(player().name, signal);
    return { message: stopped ? 'Sleep timer stopped' : 'No sleep timer was active' };
  });

  post('/toggle_play_pause', 'Pauses what plays, or lets it go on', async (call) => {
    const { isPlaying } = await stateOf(call);
    await player().call(isPlaying ? 'pause' : 'play', {}, call.by, call);
    return { data: { is_playing: !isPlaying } };
  });

  post('/volume', 'Sets the volume of the active device', async (call, fields) => {
    const volume = fields.whole('volume', 0, 100);
    if (volume === undefined) throw wrongField('volume', 'volume is needed: 0 to 100');
    await player().call('setVolume', { percent: volume }, call.by, call);
    return { message: `Volume set to ${volume}`, data: { volume } };
  });

  function described(summary: string) {
    return {
      summary,
      tags,
      response: {
        200: answer('It is done', envelopeSchema),
        202: answer('It is not ready yet', envelopeSchema),
        ...failures(),
        400: answer('A field is wrong: error_code is its name', envelopeSchema),
        503: answer('The player cannot be asked', envelopeSchema),
      },
    };
  }

  async function done(
    request: FastifyRequest,
    reply: FastifyReply,
    run: (call: Call) => Promise<Outcome>,
  ): Promise<object> {
    try {
      const { status = 200, ...content } = await run(callers.of(request, reply));
      void reply.code(status);
      return enveloped(reply, clock, {
        ...(status < badRequest ? {} : { success: false }),
        ...content,
      });
    } catch (error) {
      const shown = publicError(error, request.id);
      const { field } = shown.details;
      const isField = typeof field === 'string';
      void reply.code(isField ? badRequest : (statuses[shown.code] ?? statusOf(shown)));
      return enveloped(reply, clock, {
        success: false,
        message: shown.message,
        error_code: isField ? field : (codes[shown.code] ?? shown.code.toLowerCase()),
      });
    }
  }

  function scheduler() {
    if (services.schedules !== undefined) return services.schedules;
    throw new SignalboxError('NOT_FOUND', 'this gateway has no alarms');
  }

  /** The first alarm of the file. */
  function alarmEntry(): readonly [string, AlarmConfig] | undefined {
    return Object.entries(services.settings?.store.value.alarms ?? {})[0];
  }

  function alarmName(): string {
    const name = alarmEntry()?.[0];
    if (name !== undefined) return name;
    throw new SignalboxError('NOT_FOUND', 'there is no alarm yet', {
      nextStep: 'Set one with POST /save_alarm.',
    });
  }

  function player(): Instrument {
    const [first = ''] = directory.players?.keys() ?? [];
    const wanted = alarmEntry()?.[1].player ?? first;
    const found = directory.instruments.get(wanted) ?? directory.instruments.get(first);
    if (found !== undefined) return found;
    throw new SignalboxError('NOT_FOUND', `there is no player '${wanted}'`);
  }

  async function stateOf(call: Call): Promise<PlayerState> {
    return (await player().call('state', {}, call.by, call)) as PlayerState;
  }

  async function playbackOf(call: Call): Promise<object> {
    const { isPlaying, device, item, progressMs, shuffle, repeat } = await stateOf(call);
    return {
      is_playing: isPlaying,
      device: device === undefined ? null : deviceReport(device),
      current_track:
        item === undefined
          ? null
          : {
              name: item.name,
              artist: item.artists.join(', '),
              uri: item.uri,
              duration_ms: item.durationMs,
            },
      progress_ms: progressMs,
      shuffle_state: shuffle,
      repeat_state: repeat,
    };
  }

  function alarmReport(): object | null {
    const entry = alarmEntry();
    if (entry === undefined) return null;
    const [name, alarm] = entry;
    return {
      enabled: alarm.enabled,
      time: alarm.time,
      alarm_volume: alarm.volume,
      playlist_uri: alarm.playlist,
      device_name: alarm.device ?? null,
      fade_in: alarm.fadeIn,
      shuffle: alarm.shuffle,
      weekdays:
        alarm.weekdays.length === 0 ? null : alarm.weekdays.map((day) => weekdayNames.indexOf(day)),
      next_alarm: statusOfAlarm(name)?.next[0]?.at ?? null,
    };
  }

  function statusOfAlarm(name: string): ScheduleStatus | undefined {
    return services.schedules?.list(1).find((each) => each.name === name);
  }

  function snoozeReport(): object {
    const name = alarmEntry()?.[0];
    const status = name === undefined ? undefined : statusOfAlarm(name);
    const untilMs = status?.snoozedUntilMs;
    return {
      active: status?.state === 'ringing' || status?.state === 'snoozed',
      snoozed_until: untilMs === undefined ? null : new Date(untilMs).toISOString(),
    };
  }

  function sleepReport(): object {
    const timer = services.schedules?.sleepTimers().find((each) => each.player === player().name);
    if (timer === undefined) return { active: false, remaining_seconds: 0 };
    return {
      active: true,
      duration_minutes: timer.minutes,
      end_time: new Date(timer.endsAtMs).toISOString(),
      remaining_seconds: Math.max(0, Math.round((timer.endsAtMs - clock.now()) / 1_000)),
    };
  }
}

function deviceReport({ id, name, type, isActive, isRestricted, volume }: PlayerDevice): object {
  return {
    id,
    name,
    type,
    is_active: isActive,
    is_restricted: isRestricted,
    volume_percent: volume ?? null,
  };
}
