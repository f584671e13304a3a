import { expect, test } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';
import { morning } from '../support/spotify.ts';

const laboratory = `
[simulators.spotify]
kind = "spotify"
commandDelayMs = 20
[ports.spotify]
simulator = "spotify"
protocol = "http"
[instruments.music]
port = "spotify"
driver = "spotify"
clientId = "client"
[schedules]
timeZone = "UTC"
`;

interface Answer {
  readonly success: boolean;
  readonly message?: string;
  readonly error_code?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Asks as a client of SpotiPi does; each answer is in its envelope. */
async function ask(
  { url }: GatewayProcess,
  path: string,
  body?: object,
): Promise<Answer & { readonly status: number }> {
  const answer = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const envelope = (await answer.json()) as Answer & { request_id: string; timestamp: string };
  expect(answer.headers.get('x-request-id')).toBe(envelope.request_id);
  expect(envelope.timestamp).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
  return { ...envelope, status: answer.status };
}

test('clients of SpotiPi set the alarm, play, and let the player fall silent', async () => {
  await using gateway = await GatewayProcess.start(laboratory);
  expect(await ask(gateway, '/healthz')).toMatchObject({ success: true, data: { ok: true } });
  const before = await ask(gateway, '/api/dashboard/status');
  expect(before).toMatchObject({
    status: 202,
    data: { alarm: null, playback_status: 'auth_required' },
  });
  expect(await ask(gateway, '/api/devices')).toMatchObject({
    status: 401,
    success: false,
    error_code: 'auth_required',
  });
  await fetch(`${gateway.url}/api/players/music/sign-in`);
  const devices = await ask(gateway, '/api/devices');
  expect(devices.data).toMatchObject({ devices: [{ name: 'Kitchen' }, { name: 'Laptop' }] });

  const alarm = {
    time: '6:30',
    alarm_volume: '35',
    playlist_uri: morning,
    device_name: 'kitchen',
    fade_in: 'off',
    weekdays: '[0, 4]',
    enabled: 'on',
  };
  expect(await ask(gateway, '/save_alarm', alarm)).toMatchObject({
    status: 200,
    data: { enabled: true, time: '06:30', alarm_volume: 35, weekdays: [0, 4], fade_in: false },
  });
  const status = async (): Promise<Answer['data']> =>
    (await ask(gateway, '/api/dashboard/status')).data;
  expect(await status()).toMatchObject({
    alarm: { next_alarm: expect.stringContaining('T06:30') },
    playback_status: 'ready',
  });

  expect((await ask(gateway, '/api/alarm/execute', {})).success).toBe(true);
  await expect
    .poll(status, { timeout: 30_000 })
    .toMatchObject({ snooze: { active: true }, playback: { is_playing: true } });
  expect((await ask(gateway, '/volume', { volume: 20 })).data).toEqual({ volume: 20 });
  await expect
    .poll(async () => (await ask(gateway, '/playback_status')).data, { timeout: 30_000 })
    .toMatchObject({ device: { name: 'Kitchen', volume_percent: 20 } });
  expect((await ask(gateway, '/sleep', { duration: 45 })).data).toMatchObject({
    active: true,
    duration_minutes: 45,
  });
  expect((await ask(gateway, '/stop_sleep', {})).message).toBe('Sleep timer stopped');
  expect((await ask(gateway, '/api/snooze/stop', {})).data).toEqual({ stopped: true });
  await expect
    .poll(async () => (await ask(gateway, '/playback_status')).data, { timeout: 30_000 })
    .toMatchObject({ is_playing: false });
  const toggled = await ask(gateway, '/toggle_play_pause', {});
  expect(toggled.data).toEqual({ is_playing: true });
  expect((await ask(gateway, '/api/token-cache/status')).data).toMatchObject({
    cache_metrics: { cache_hits: expect.any(Number) },
  });
});

test('a wrong field is refused with its name, and changes nothing', async () => {
  await using gateway = await GatewayProcess.start(laboratory);
  const good = { time: '06:30', playlist_uri: morning };
  const wrong: readonly (readonly [object, string])[] = [
    [{ playlist_uri: morning }, 'alarm_time'],
    [{ time: '06:30' }, 'playlist_uri'],
    [{ ...good, time: '24:00' }, 'time_format'],
    [{ ...good, alarm_volume: 101 }, 'alarm_volume'],
    [{ ...good, alarm_volume: 'loud' }, 'alarm_volume'],
    [{ ...good, playlist_uri: 'spotify:show:37i9dQZF1DX0SIMULATED1' }, 'playlist_uri'],
    [{ ...good, device_name: '<script>' }, 'device_name'],
    [{ ...good, weekdays: [true] }, 'weekdays'],
    [{ ...good, weekdays: '[7]' }, 'weekdays'],
    [{ ...good, fade_in: 'perhaps' }, 'fade_in'],
  ];
  for (const [body, field] of wrong) {
    const answer = await ask(gateway, '/save_alarm', body);
    expect([answer.status, answer.success, answer.error_code]).toEqual([400, false, field]);
  }
  expect(await ask(gateway, '/sleep', { duration: 0 })).toMatchObject({ error_code: 'duration' });
  expect(await ask(gateway, '/volume', {})).toMatchObject({ error_code: 'volume' });
  expect(await ask(gateway, '/api/alarm/execute', {})).toMatchObject({ status: 404 });
  expect((await ask(gateway, '/api/dashboard/status')).data).toMatchObject({ alarm: null });
});
