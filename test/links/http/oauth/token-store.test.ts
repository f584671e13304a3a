import { chmod, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ManualClock, SignalboxError, systemClock } from '../../../../src/kernel/index.ts';
import { TokenFile } from '../../../../src/links/index.ts';
import type { TokenFileSystem } from '../../../../src/links/http/oauth/token-file.ts';
import { signInLifeMs } from '../../../../src/links/http/oauth/token-store.ts';
import { settled } from '../../../support/settled.ts';
import { CrashingDisk } from './crashing-disk.ts';
import { SignInBench } from './sign-in-bench.ts';

const minuteMs = 60_000;

test('a token is used until little of its life is left, then refreshed ahead in the background', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  const store = bench.store();
  await bench.signIn(store);
  const first = await store.header();
  await clock.advance(49 * minuteMs);
  expect(await store.header()).toBe(first);
  expect(store.statistics()).toMatchObject({ hits: 1, misses: 1, refreshes: 0 });

  await clock.advance(2 * minuteMs);
  // Nobody waits for it: the one that is there is good for nine minutes.
  expect(await store.header()).toBe(first);
  await expect.poll(() => store.header()).not.toBe(first);
  expect(store.statistics()).toMatchObject({ misses: 1, refreshes: 1, failures: 0 });
  expect(await bench.isTaken(await store.header())).toBe(true);
});

test('with less than five minutes left a token is refreshed before it is used', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  const store = bench.store();
  await bench.signIn(store);
  const first = await store.header();
  await clock.advance(55 * minuteMs);
  const headers = await Promise.all(Array.from({ length: 50 }, () => store.header()));
  expect(new Set(headers).size).toBe(1);
  expect(headers[0]).not.toBe(first);
  expect(store.statistics().refreshes).toBe(1);
});

test('while no new token is to be had, one that is good still is used, and the service is not pressed', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  await bench.signIn(bench.store());
  await clock.advance(52 * minuteMs);
  await bench.simulator.resetLog();
  await bench.simulator.addFault({ fault: { kind: 'status', status: 503 }, node: 1 });
  // A process that has just started, and knows the token from the file alone.
  const store = bench.store();
  const header = await settled(clock, store.header());
  for (let ask = 0; ask < 5; ask += 1) expect(await settled(clock, store.header())).toBe(header);
  expect(await bench.isTaken(header)).toBe(true);
  expect(await bench.grants()).toBe(4);
  await bench.simulator.clearFaults();
  await clock.advance(minuteMs);
  await store.header();
  await expect.poll(() => store.header()).not.toBe(header);
});

test('a clock that is set forward ends a token at once', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  const store = bench.store();
  await bench.signIn(store);
  await store.header();
  clock.jump(2 * 60 * minuteMs);
  expect(await bench.isTaken(await store.header())).toBe(true);
});

test('a service that keeps its refresh token is shown the same again', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock, { rotation: 'never' });
  const store = bench.store();
  await bench.signIn(store);
  await store.header();
  const { refreshToken } = await bench.stored();
  await clock.advance(59 * minuteMs);
  expect(await bench.isTaken(await store.header())).toBe(true);
  expect((await bench.stored()).refreshToken).toBe(refreshToken);
});

test('a token that the service refuses is refreshed, however long it should live', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  const store = bench.store();
  await bench.signIn(store);
  const first = await store.header();
  store.refused(first);
  expect(await store.header()).not.toBe(first);
  expect(store.statistics().refreshes).toBe(1);
});

test('a sign-in that was taken back is final: asked for once, told with the address, and mended by a new one', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  const store = bench.store();
  await bench.signIn(store);
  bench.simulator.revoke();
  await clock.advance(59 * minuteMs);
  await bench.simulator.resetLog();
  for (let ask = 0; ask < 3; ask += 1) {
    await expect(store.header()).rejects.toMatchObject({
      code: 'SIGN_IN_REQUIRED',
      message:
        'music was signed out by the service: sign in again at http://127.0.0.1:5001/api/players/music/sign-in',
    });
  }
  expect(await bench.grants()).toBe(1);
  expect((await store.status()).state).toBe('ended');
  // Another process, or this one started again, does not ask either.
  await expect(bench.store().header()).rejects.toMatchObject({ code: 'SIGN_IN_REQUIRED' });
  expect(await bench.grants()).toBe(1);
  await bench.signIn(store);
  expect(await bench.isTaken(await store.header())).toBe(true);
});

test('a refused refresh is no end where somebody else has refreshed meanwhile', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock, { rotation: 'at-once' });
  const store = bench.store();
  await bench.signIn(store);
  const before = await bench.stored();
  await clock.advance(59 * minuteMs);
  // A program that knows of no lock: it refreshes while this one does.
  const server = {
    clientId: 'client',
    refresh: async (token: string) => {
      if (token === before.refreshToken) {
        const issued = await bench.server.refresh(token);
        const { accessToken, lifeMs, refreshToken = '' } = issued;
        const stored = { ...before, accessToken, lifeMs, refreshToken };
        const text = JSON.stringify({ ...stored, expiresAtMs: clock.now() + lifeMs });
        await writeFile(bench.path, text, { mode: 0o600 });
      }
      return await bench.server.refresh(token);
    },
  };
  const header = await bench.store({ server }).header();
  expect(header).toBe(`Bearer ${(await bench.stored()).accessToken}`);
  expect(await bench.isTaken(header)).toBe(true);
});

test.each([
  ['busy', { kind: 'status', status: 429, retryAfterSeconds: 2 }],
  ['down', { kind: 'status', status: 503 }],
  ['silent', { kind: 'drop' }],
  ['breaking off', { kind: 'wrong-length' }],
] as const)(
  'a refresh is tried again while the service is %s, three times',
  async (_how, fault) => {
    const clock = new ManualClock();
    await using bench = await SignInBench.open(clock);
    const store = bench.store();
    await bench.signIn(store);
    await clock.advance(59 * minuteMs);
    await bench.simulator.addFault({ fault, node: 1, times: 3 });
    expect(await bench.isTaken(await settled(clock, store.header()))).toBe(true);
    expect(store.statistics()).toMatchObject({ refreshes: 1, failures: 0 });

    store.refused(await store.header());
    await bench.simulator.resetLog();
    await bench.simulator.addFault({ fault, node: 1 });
    await expect(settled(clock, store.header())).rejects.toBeInstanceOf(SignalboxError);
    expect(await bench.grants()).toBe(4);
    expect(store.statistics().failures).toBe(1);
    await bench.simulator.clearFaults();
    expect(await bench.isTaken(await settled(clock, store.header()))).toBe(true);
  },
);

test.each([
  ['a bad request', { kind: 'status', status: 400, message: 'invalid_client' }],
  ['garbage', { kind: 'garble' }],
  ['ten megabytes', { kind: 'oversize', bytes: 10_485_760 }],
] as const)(
  'a refresh that is answered with %s is not repeated, and tells no secret',
  async (_what, fault) => {
    const clock = new ManualClock();
    await using bench = await SignInBench.open(clock);
    const store = bench.store();
    await bench.signIn(store);
    const { refreshToken } = await bench.stored();
    await clock.advance(59 * minuteMs);
    await bench.simulator.resetLog();
    await bench.simulator.addFault({ fault, node: 1, times: 1 });
    const failure: unknown = await settled(clock, store.header()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SignalboxError);
    expect(await bench.grants()).toBe(1);
    const { message, details, cause } = failure as SignalboxError;
    const text = JSON.stringify([message, details, String(cause)]);
    expect(text).not.toContain(refreshToken);
    expect(text).not.toContain('simulated-');
    // It was an accident, and no end.
    expect(await bench.isTaken(await store.header())).toBe(true);
  },
);

test('while the disk is full a new token is held back, and not asked for again', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  const disk = new CrashingDisk();
  const full = { isFull: false };
  const files: TokenFileSystem = {
    read: async (path) => await disk.read(path),
    rename: async (from, to) => await disk.rename(from, to),
    remove: async (path) => await disk.remove(path),
    open: async (path, flags) => {
      if (full.isFull && flags === 'w') throw new Error('ENOSPC: no space left on device');
      return await disk.open(path, flags);
    },
  };
  const store = bench.store({ file: new TokenFile(bench.path, systemClock, files) });
  await bench.signIn(store);
  await clock.advance(52 * minuteMs);
  await bench.simulator.resetLog();
  full.isFull = true;
  for (let ask = 0; ask < 3; ask += 1) {
    await expect(store.header()).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: 'a sign-in cannot be written: ENOSPC: no space left on device',
    });
  }
  full.isFull = false;
  expect(await bench.isTaken(await store.header())).toBe(true);
  expect(await bench.grants()).toBe(1);
});

test('a week before it ends, a sign-in warns once a day', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock, { rotation: 'never' });
  const warnings: string[] = [];
  const store = bench.store({ onWarning: (message) => warnings.push(message) });
  await bench.signIn(store);
  await clock.advance(signInLifeMs - 8 * 24 * 60 * minuteMs);
  await store.header();
  expect(warnings).toEqual([]);
  await clock.advance(25 * 60 * minuteMs);
  for (let ask = 0; ask < 3; ask += 1) await store.header();
  expect(warnings).toEqual([
    'the sign-in of music ends in 6 days: sign in again at http://127.0.0.1:5001/api/players/music/sign-in',
  ]);
  await clock.advance(8 * 24 * 60 * minuteMs);
  await expect(store.header()).rejects.toMatchObject({ code: 'SIGN_IN_REQUIRED' });
});

test('a file that others may read is refused, and a damaged one is set aside', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  await bench.signIn(bench.store());
  await chmod(bench.path, 0o644);
  await expect(bench.store().header()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await writeFile(bench.path, '{"refreshToken":');
  await chmod(bench.path, 0o600);
  await expect(bench.store().header()).rejects.toMatchObject({ code: 'SIGN_IN_REQUIRED' });
  expect(await readFile(`${bench.path}.damaged-${clock.now()}`, 'utf8')).toBe('{"refreshToken":');
});

test('the sign-in of another app is none of this one', async () => {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  await bench.signIn(bench.store());
  const server = { clientId: 'other', refresh: async () => await bench.server.refresh('') };
  const store = bench.store({ server });
  await expect(store.header()).rejects.toMatchObject({ code: 'SIGN_IN_REQUIRED' });
  expect(await store.status()).toEqual({ state: 'signed-out' });
});
