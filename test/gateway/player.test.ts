import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { morning } from '../support/spotify.ts';

const signalbox = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const laboratory = `
[gateway]
stateFolder = "state"
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
[alarms.wake]
time = "06:45"
weekdays = ["monday"]
player = "music"
playlist = "${morning}"
device = "Laptop"
volume = 35
`;

const gateway = await GatewayProcess.start(laboratory);
afterAll(async () => await gateway[Symbol.asyncDispose]());

test('a browser signs in, and then programs play music over HTTP', async () => {
  const client = new SignalboxClient({ url: gateway.url, program: 'test' });
  const port = new URL(gateway.url).port;
  const signInUrl = `http://127.0.0.1:${port}/api/players/music/sign-in`;

  await expect(client.read('music', 'playing')).rejects.toMatchObject({
    code: 'SIGN_IN_REQUIRED',
    message: `music is not signed in: sign in at ${signInUrl}`,
  });

  const page = await fetch(signInUrl);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Signed in')]);
  expect((await client.read('music', 'playing')).value).toBe(false);

  await client.call('music', 'play', { uri: morning, device: 'kitchen' });
  await expect.poll(async () => (await client.read('music', 'playing')).value).toBe(true);
  await client.write('music', 'volume', 25);
  await expect.poll(async () => (await client.read('music', 'volume')).value).toBe(25);
  await expect(client.write('music', 'volume', 101)).rejects.toMatchObject({
    code: 'VALUE_OUT_OF_RANGE',
  });
  await expect(client.call('music', 'fly', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(client.call('music', 'play', { device: 'attic' })).rejects.toMatchObject({
    code: 'PLAYER_DEVICE_MISSING',
    message: "the player has no device 'attic'; it has Kitchen, Laptop",
  });

  const report = await (await fetch(`${gateway.url}/api/players`)).json();
  expect(report).toMatchObject({
    players: [{ name: 'music', state: 'signed-in', signInUrl, tokens: { refreshes: 0 } }],
  });
});

test('music is played from the command line', async () => {
  await fetch(`${gateway.url}/api/players/music/sign-in`);
  const run = async (...words: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      signalbox,
      ...words,
      '--url',
      gateway.url,
    ]);
    return stdout;
  };
  await run('call', 'music', 'play', `uri=${morning}`, 'device=kitchen');
  await run('set', 'music', 'volume', '35');
  await expect
    .poll(() => run('read', 'music', 'volume', 'item'))
    .toMatch(/volume: 35 %\nmusic item: First Light – The Simulators\n/);
  const wrong = run('call', 'music', 'play', 'uri=morning').catch((error: unknown) => error);
  expect(await wrong).toMatchObject({
    stderr: expect.stringMatching(/'morning' is nothing that play takes: spotify:playlist/),
  });
});

test('an alarm plays its playlist on its device, as loud as it is to be', async () => {
  await fetch(`${gateway.url}/api/players/music/sign-in`);
  const client = new SignalboxClient({ url: gateway.url, program: 'test' });
  const rung = await fetch(`${gateway.url}/api/v1/schedules/wake/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect(rung.ok, await rung.text()).toBe(true);
  await expect
    .poll(() => client.call('music', 'state', {}), { timeout: 20_000 })
    .toMatchObject({
      isPlaying: true,
      context: morning,
      device: { name: 'Laptop', volume: 35 },
    });
});

test('the secrets of a sign-in are in one file that only its owner can read', async () => {
  await fetch(`${gateway.url}/api/players/music/sign-in`);
  const client = new SignalboxClient({ url: gateway.url, program: 'test' });
  await client.call('music', 'devices', {});
  await expect(client.call('music', 'play', { device: 'attic' })).rejects.toMatchObject({
    code: 'PLAYER_DEVICE_MISSING',
  });

  const path = join(gateway.folder, 'state', 'sign-in-music.json');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const { accessToken, refreshToken } = JSON.parse(await readFile(path, 'utf8')) as {
    readonly accessToken: string;
    readonly refreshToken: string;
  };
  const shown = await Promise.all(
    ['/api/players', '/api/v1/status', '/api/v1/ports/spotify/trace'].map(async (at) =>
      (await fetch(gateway.url + at)).text(),
    ),
  );
  shown.push(await readFile(join(gateway.folder, 'state', 'signalbox.log'), 'utf8'));
  for (const text of shown) {
    expect(text).not.toContain(accessToken);
    expect(text).not.toContain(refreshToken);
    expect(text).not.toMatch(/Bearer simulated/);
  }
  expect(shown[2]).toContain('call devices');
});

test('who signs out has to sign in again', async () => {
  await fetch(`${gateway.url}/api/players/music/sign-in`);
  const client = new SignalboxClient({ url: gateway.url, program: 'test' });
  await client.read('music', 'playing');
  const out = await fetch(`${gateway.url}/api/players/music/sign-out`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect(out.status).toBe(204);
  await expect(client.read('music', 'playing')).rejects.toMatchObject({ code: 'SIGN_IN_REQUIRED' });
});

/** Follows a sign-in as a browser does, one step at a time. */
async function begun(): Promise<URL> {
  const start = await fetch(`${gateway.url}/api/players/music/sign-in`, { redirect: 'manual' });
  return new URL(start.headers.get('location') ?? '');
}

async function agreed(page: URL): Promise<URL> {
  const answer = await fetch(page, { redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? '');
}

async function errorOf(answer: Response): Promise<{ code: string; message: string }> {
  return ((await answer.json()) as { error: { code: string; message: string } }).error;
}

test('a browser that comes back with a wrong state, a used code or without consent signs nobody in', async () => {
  const page = await begun();
  expect(page.searchParams.get('redirect_uri')).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+\/api\/players\/music\/callback$/,
  );
  expect(page.searchParams.get('code_challenge_method')).toBe('S256');

  const forged = await agreed(page);
  forged.searchParams.set('state', 'forged');
  const refused = await fetch(forged);
  expect([refused.status, (await errorOf(refused)).code]).toEqual([400, 'BAD_ARGUMENT']);

  const denied = await begun();
  denied.searchParams.set('simulate', 'deny');
  const noConsent = await fetch(await agreed(denied));
  expect(await errorOf(noConsent)).toMatchObject({
    code: 'SIGN_IN_REQUIRED',
    message: 'the sign-in was not agreed to: access_denied',
  });

  // Codes are of no use to a sign-in that did not ask for them.
  const one = await agreed(await begun());
  const other = await agreed(await begun());
  const code = one.searchParams.get('code') ?? '';
  other.searchParams.set('code', code);
  expect((await errorOf(await fetch(other))).code).toBe('SIGN_IN_REQUIRED');

  expect((await fetch(one)).status).toBe(200);
  const again = await fetch(one);
  expect(await errorOf(again)).toMatchObject({
    code: 'BAD_ARGUMENT',
    message: 'this sign-in was not begun here, took more than 10 minutes, or is done already',
  });
});

test('a page of another site may send a browser back, and begin nothing', async () => {
  expect(await statusFromAnotherSite(new URL(`${gateway.url}/api/players/music/sign-in`))).toBe(
    403,
  );
  expect(await statusFromAnotherSite(await agreed(await begun()))).toBe(200);
});

/** As a browser asks that follows a link of another site. `fetch` sets these headers itself. */
async function statusFromAnotherSite(url: URL): Promise<number | undefined> {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  const [answer] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}
