import type { IncomingMessage } from 'node:http';

import { describe, expect, test } from 'vitest';

import {
  countedCallersMost,
  defaultRateLimits,
  rateClassOf,
  RateLimits,
} from '../../../src/doors/http/rate-limits.ts';
import { parseConfig } from '../../../src/config/index.ts';
import { ManualClock } from '../../../src/kernel/manual-clock.ts';
import { openDoor } from './open-door.ts';

function request(remoteAddress: string, url = '/api/v1/config', method = 'PATCH') {
  return { method, url, socket: { remoteAddress } } as unknown as IncomingMessage;
}

/** How many of so many requests are let in. */
function letIn(limits: RateLimits, asked: IncomingMessage, times: number): number {
  let count = 0;
  for (let time = 0; time < times; time += 1) {
    try {
      limits.check(asked);
      count += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED', fault: 'caller' });
    }
  }
  return count;
}

describe('rate limits', () => {
  test('a caller who asks too often is blocked for its time, and then begins anew', async () => {
    const clock = new ManualClock();
    const limits = new RateLimits(defaultRateLimits, clock);
    const asked = request('192.0.2.7');
    expect(letIn(limits, asked, 100)).toBe(60);
    expect(() => limits.check(asked)).toThrow(
      /^192\.0\.2\.7 asks too often: 60 requests .*configChanges.* in 60000 ms/,
    );
    expect(limits.report()).toMatchObject({
      refused: 41,
      blocked: [{ caller: '192.0.2.7', class: 'configChanges', forMs: 30_000 }],
    });
    await clock.advance(29_999);
    expect(letIn(limits, asked, 1)).toBe(0);
    await clock.advance(1);
    expect(limits.report().blocked).toEqual([]);
    expect(letIn(limits, asked, 100)).toBe(60);
  });

  test('nobody is told to wait for longer than the block, whatever fractions the clock shows', () => {
    for (let time = 0; time < 1_000; time += 1) {
      const clock = new ManualClock();
      const atMs = 5 + time * 1_234.567_891;
      clock.monotonic = () => atMs;
      const limits = new RateLimits(defaultRateLimits, clock);
      expect(letIn(limits, request('192.0.2.7'), 61)).toBe(60);
      expect(limits.report().blocked).toMatchObject([{ forMs: 30_000 }]);
      expect(() => limits.check(request('192.0.2.7'))).toThrow(
        expect.objectContaining({
          details: expect.objectContaining({ retryAfterMs: 30_000 }) as object,
        }) as Error,
      );
    }
  });

  test('a caller who asks slowly is never blocked', async () => {
    const clock = new ManualClock();
    const limits = new RateLimits(defaultRateLimits, clock);
    for (let minute = 0; minute < 20; minute += 1) {
      expect(letIn(limits, request('192.0.2.7'), 60)).toBe(60);
      await clock.advance(60_000);
    }
  });

  test('callers and classes are counted apart, in bounded memory', () => {
    const limits = new RateLimits(defaultRateLimits, new ManualClock());
    expect(letIn(limits, request('192.0.2.7'), 61)).toBe(60);
    expect(letIn(limits, request('192.0.2.8'), 60)).toBe(60);
    expect(letIn(limits, request('192.0.2.7', '/api/v1/status', 'GET'), 300)).toBe(200);
    expect(letIn(limits, request('192.0.2.7', '/', 'GET'), 200)).toBe(180);
    for (let other = 0; other < countedCallersMost; other += 1) {
      limits.check(request(`198.51.${other >> 8}.${other & 255}`));
    }
    expect(limits.report().blocked.map((each) => each.class)).not.toContain('configChanges');
  });

  test('programs on this machine are not counted unless that is asked for', () => {
    const limits = new RateLimits(defaultRateLimits, new ManualClock());
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect(letIn(limits, request(address), 1_000)).toBe(1_000);
    }
    const strict = new RateLimits({ ...defaultRateLimits, loopback: true }, new ManualClock());
    expect(letIn(strict, request('127.0.0.1'), 1_000)).toBe(60);
    const off = new RateLimits({ ...defaultRateLimits, enabled: false }, new ManualClock());
    expect(letIn(off, request('192.0.2.7'), 1_000)).toBe(1_000);
  });

  test.each([
    ['GET', '/', 'default'],
    ['GET', '/nothing', 'default'],
    ['GET', '/livez', 'statusCheck'],
    ['GET', '/api/v1/status', 'statusCheck'],
    ['GET', '/api/thread-safety/status', 'statusCheck'],
    ['POST', '/api/thread-safety/invalidate-cache', 'configChanges'],
    ['GET', '/api/v1/config', 'apiGeneral'],
    ['GET', '/api/v1/config/history', 'apiGeneral'],
    ['PATCH', '/api/v1/config', 'configChanges'],
    ['POST', '/api/v1/config/rollback', 'configChanges'],
    ['POST', '/api/v1/shutdown', 'apiStrict'],
    ['PUT', '/api/v1/log-levels', 'apiStrict'],
    ['GET', '/api/v1/instruments/dmm/parameters/voltage', undefined],
    ['PUT', '/api/v1/instruments/dmm/parameters/level', undefined],
    ['GET', '/api/v1/live', undefined],
  ])('%s %s is counted as %s', (method, path, expected) => {
    expect(rateClassOf(method, path)).toBe(expected);
  });

  test('the figures of a configuration are those of the door unless it says otherwise', () => {
    expect(parseConfig('', 'lab.toml').http.rateLimits).toEqual(defaultRateLimits);
  });
});

test('who asks too often is told how long to wait, shown in the status, and let in again', async () => {
  const statusCheck = { requests: 3, windowMs: 60_000, blockMs: 30_000 };
  const rateLimits = { ...defaultRateLimits, loopback: true, statusCheck };
  await using door = await openDoor({ rateLimits });
  for (let time = 0; time < 3; time += 1) {
    expect((await door.ask('GET', '/api/v1/status')).status).toBe(200);
  }
  const refused = await door.ask('GET', '/api/v1/status');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('30');
  expect(refused.body['error']).toMatchObject({
    code: 'RATE_LIMITED',
    nextStep: expect.stringContaining('Ask again in 30 s') as string,
    details: { class: 'statusCheck', requests: 3, windowMs: 60_000 },
  });
  const reset = await door.ask('POST', '/api/v1/rate-limits/reset', { caller: '127.0.0.1' });
  expect(reset.body).toMatchObject({ refused: 1, blocked: [] });
  expect((await door.ask('GET', '/api/v1/status')).body['rateLimits']).toEqual({
    refused: 1,
    blocked: [],
  });
});
