import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { openSimulator, openSpotifySimulator } from '../../../src/simulators/index.ts';
import type { SpotifyDefinition } from '../../../src/simulators/index.ts';
import { accessTokenOf, morning } from '../../support/spotify.ts';

const redirectUri = 'http://127.0.0.1:1/callback';
const day = 86_400_000;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A program at a simulated Spotify. */
class Visitor implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly #simulator: Awaited<ReturnType<typeof openSpotifySimulator>>;
  #token = '';

  private constructor(
    simulator: Awaited<ReturnType<typeof openSpotifySimulator>>,
    clock: ManualClock,
  ) {
    this.#simulator = simulator;
    this.clock = clock;
  }

  static async open(definition: Omit<SpotifyDefinition, 'kind'> = {}): Promise<Visitor> {
    const clock = new ManualClock();
    const simulator = await openSpotifySimulator(
      {
        kind: 'spotify',
        commandDelayMs: 0,
        devices: [{ name: 'Kitchen', isActive: true }],
        ...definition,
      },
      clock,
    );
    const visitor = new Visitor(simulator, clock);
    visitor.#token = await accessTokenOf(simulator.address);
    return visitor;
  }

  async ask(method: string, path: string, body?: object, token = this.#token): Promise<Answer> {
    const answer = await fetch(`http://${this.#simulator.address}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const { status, headers } = answer;
    return {
      status,
      headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  }

  async item(): Promise<string> {
    const { body } = await this.ask('GET', '/me/player');
    return `${(body['item'] as { name: string }).name} ${String(body['progress_ms'])}`;
  }

  async authorize(changes: Record<string, string> = {}): Promise<URL | number> {
    const url = new URL(`http://${this.#simulator.address}/authorize`);
    url.search = new URLSearchParams({
      client_id: 'client',
      response_type: 'code',
      redirect_uri: redirectUri,
      code_challenge_method: 'S256',
      code_challenge: 'x'.repeat(43),
      state: 'mine',
      ...changes,
    }).toString();
    const answer = await fetch(url, { redirect: 'manual' });
    const location = answer.headers.get('location');
    return location === null ? answer.status : new URL(location);
  }

  async token(form: Record<string, string>): Promise<Answer> {
    const answer = await fetch(`http://${this.#simulator.address}/api/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'client', ...form }),
    });
    const { status, headers } = answer;
    return { status, headers, body: (await answer.json()) as Record<string, unknown> };
  }

  /** @param shown the verifier that is shown, instead of the one that was announced */
  async signIn(shown?: string): Promise<Answer & { readonly code: string }> {
    const verifier = randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const back = (await this.authorize({ code_challenge: challenge })) as URL;
    const code = back.searchParams.get('code') ?? '';
    return { code, ...(await this.exchange(code, shown ?? verifier)) };
  }

  async exchange(code: string, verifier: string): Promise<Answer> {
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    return await this.token({ ...form, code_verifier: verifier });
  }

  async refresh(answer: Answer): Promise<Answer> {
    const token = String(answer.body['refresh_token']);
    return await this.token({ grant_type: 'refresh_token', refresh_token: token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#simulator[Symbol.asyncDispose]();
  }
}

test('music goes on with the clock, from track to track, to the end of its playlist', async () => {
  await using visitor = await Visitor.open();
  await visitor.ask('PUT', '/me/player/play', { context_uri: morning });
  await visitor.clock.advance(10_000);
  expect(await visitor.item()).toBe('First Light 10000');
  await visitor.clock.advance(175_000);
  expect(await visitor.item()).toBe('Kettle 5000');
  await visitor.ask('PUT', '/me/player/pause');
  await visitor.clock.advance(60_000);
  expect(await visitor.item()).toBe('Kettle 5000');
  await visitor.ask('PUT', '/me/player/play', {});
  await visitor.clock.advance(600_000);
  const { body } = await visitor.ask('GET', '/me/player');
  expect(body).toMatchObject({ is_playing: false, progress_ms: 0, item: { name: 'First Light' } });
});

test('what is queued comes next, what is repeated comes again, and previous goes back', async () => {
  await using visitor = await Visitor.open();
  await visitor.ask('PUT', '/me/player/play', { context_uri: morning });
  const { body } = await visitor.ask('GET', '/me/player/queue');
  const next = body['queue'] as { name: string; uri: string }[];
  expect(next.map(({ name }) => name)).toEqual(['Kettle', 'Open Window']);
  await visitor.ask('POST', `/me/player/queue?uri=${next[1]?.uri ?? ''}`);
  await visitor.ask('POST', '/me/player/next');
  expect(await visitor.item()).toBe('Open Window 0');
  await visitor.ask('POST', '/me/player/previous');
  expect(await visitor.item()).toBe('First Light 0');
  await visitor.ask('PUT', '/me/player/repeat?state=track');
  await visitor.clock.advance(181_000);
  expect(await visitor.item()).toBe('First Light 1000');
});

test('a mixed playlist has all its tracks once', async () => {
  await using visitor = await Visitor.open();
  await visitor.ask('PUT', '/me/player/shuffle?state=true');
  await visitor.ask('PUT', '/me/player/play', { context_uri: morning });
  const names = new Set<string>();
  for (let track = 0; track < 3; track += 1) {
    names.add((await visitor.item()).replace(/ \d+$/, ''));
    await visitor.ask('POST', '/me/player/next');
  }
  expect(names).toEqual(new Set(['First Light', 'Kettle', 'Open Window']));
});

test('a command takes effect a little later, and two quick ones in any order', async () => {
  const orders = new Set<unknown>();
  for (let seed = 0; seed < 12; seed += 1) {
    await using visitor = await Visitor.open({ seed, commandDelayMs: 100 });
    await visitor.ask('PUT', '/me/player/volume?volume_percent=10');
    await visitor.ask('PUT', '/me/player/volume?volume_percent=90');
    const volume = async (): Promise<unknown> =>
      ((await visitor.ask('GET', '/me/player')).body['device'] as { volume_percent: number })
        .volume_percent;
    expect(await volume()).toBe(50);
    await visitor.clock.advance(200);
    orders.add(await volume());
  }
  expect(orders).toEqual(new Set([10, 90]));
});

test('who asks too often is told to wait, and for how long', async () => {
  await using visitor = await Visitor.open({ requestsMost: 2 });
  for (let ask = 0; ask < 2; ask += 1) await visitor.ask('GET', '/me');
  await visitor.clock.advance(20_000);
  const { status, headers } = await visitor.ask('GET', '/me');
  expect([status, headers.get('retry-after')]).toEqual([429, '10']);
  await visitor.clock.advance(10_000);
  expect((await visitor.ask('GET', '/me')).status).toBe(200);
});

test('where nothing is active the state is empty, and commands are refused', async () => {
  await using visitor = await Visitor.open({ devices: [{ name: 'Kitchen' }] });
  expect((await visitor.ask('GET', '/me/player')).status).toBe(204);
  const { status, body } = await visitor.ask('PUT', '/me/player/play', {});
  expect([status, body['error']]).toEqual([
    404,
    expect.objectContaining({ reason: 'NO_ACTIVE_DEVICE' }),
  ]);
  const gone = await visitor.ask('PUT', '/me/player', { device_ids: ['gone'] });
  expect(gone).toMatchObject({ status: 404, body: { error: { message: 'Device not found' } } });
});

test('an access token ends, and one that was never given is none', async () => {
  await using visitor = await Visitor.open({ tokenLifeMs: 60_000 });
  expect((await visitor.ask('GET', '/me', undefined, 'made up')).status).toBe(401);
  await visitor.clock.advance(60_000);
  expect(await visitor.ask('GET', '/me')).toMatchObject({
    status: 401,
    body: { error: { message: 'The access token expired' } },
  });
});

test('a code is good once, for the verifier that was announced', async () => {
  await using visitor = await Visitor.open();
  const wrong = await visitor.signIn('y'.repeat(43));
  expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  const right = await visitor.signIn();
  expect(right.status).toBe(200);
  const again = await visitor.exchange(right.code, 'z'.repeat(43));
  expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  // Somebody else may have it: what it gave ends as well.
  expect((await visitor.refresh(right)).status).toBe(400);
});

test('the page agrees at once, and sends nobody to an address that is not safe', async () => {
  await using visitor = await Visitor.open();
  const back = (await visitor.authorize()) as URL;
  expect([back.origin, back.searchParams.get('state')]).toEqual(['http://127.0.0.1:1', 'mine']);
  expect(await visitor.authorize({ redirect_uri: 'http://localhost:1/callback' })).toBe(400);
  expect(await visitor.authorize({ redirect_uri: 'http://example.org/callback' })).toBe(400);
  const plain = (await visitor.authorize({ code_challenge_method: 'plain' })) as URL;
  expect(plain.searchParams.get('error')).toBe('invalid_request');
  const denied = (await visitor.authorize({ simulate: 'deny' })) as URL;
  expect(denied.searchParams.get('error')).toBe('access_denied');
});

test('a refresh token that was replaced ends with the first use of the new one', async () => {
  await using visitor = await Visitor.open();
  const first = await visitor.signIn();
  const second = await visitor.refresh(first);
  // The answer may have been lost: the old one is good still.
  const third = await visitor.refresh(first);
  expect([second.status, third.status]).toEqual([200, 200]);
  expect(
    (await visitor.ask('GET', '/me', undefined, String(third.body['access_token']))).status,
  ).toBe(200);
  expect((await visitor.refresh(first)).status).toBe(400);
  expect((await visitor.refresh(third)).status).toBe(200);
});

test('a sign-in ends six months after it was agreed to, however often it is refreshed', async () => {
  await using visitor = await Visitor.open({ rotation: 'never' });
  const signedIn = await visitor.signIn();
  await visitor.clock.advance(181 * day);
  expect((await visitor.refresh(signedIn)).status).toBe(200);
  await visitor.clock.advance(day);
  expect(await visitor.refresh(signedIn)).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  });
});

test('a fault that the simulator has not is refused', async () => {
  await using simulator = await openSpotifySimulator({ kind: 'spotify' });
  await expect(simulator.addFault({ fault: { kind: 'noise' } })).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
  });
  await using meter = await openSimulator({ kind: 'multimeter', tcpPort: 0 });
  await expect(meter.addFault({ fault: { kind: 'status', status: 500 } })).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
  });
});
