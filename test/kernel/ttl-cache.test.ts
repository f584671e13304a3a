import { expect, test } from 'vitest';
import { ManualClock, TtlCache } from '../../src/kernel/index.ts';

function cacheAt(clock: ManualClock, ttlMs = 1_000): TtlCache<string, number> {
  return new TtlCache({ clock, ttlMs, entriesMost: 3, resolutionMs: 0 });
}

test('an entry lives as long as it was told, or as the cache says', async () => {
  const clock = new ManualClock();
  const cache = cacheAt(clock);
  cache.set('usual', 1);
  cache.set('longer', 2, 5_000);
  await clock.advance(999);
  expect([cache.get('usual'), cache.get('longer')]).toEqual([1, 2]);
  await clock.advance(1);
  expect([cache.get('usual'), cache.get('longer')]).toEqual([undefined, 2]);
  await clock.advance(4_000);
  expect(cache.get('longer')).toBeUndefined();
});

test('an entry is forgotten when it is deleted, and all when the cache is cleared', () => {
  const cache = cacheAt(new ManualClock());
  cache.set('one', 1);
  cache.set('other', 2);
  expect([cache.delete('one'), cache.delete('one')]).toEqual([true, false]);
  expect([cache.get('one'), cache.get('other')]).toEqual([undefined, 2]);
  cache.clear();
  expect(cache.get('other')).toBeUndefined();
});

test('the entry that was used longest ago makes room for a new one', () => {
  const cache = cacheAt(new ManualClock());
  for (const [at, key] of ['a', 'b', 'c'].entries()) cache.set(key, at);
  cache.get('a');
  cache.set('d', 3);
  expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([0, undefined, 2, 3]);
  expect(cache.statistics()).toMatchObject({ size: 3, evictions: 1, expirations: 0 });
});

test('what has expired can be thrown out before it is met, and is counted', async () => {
  const clock = new ManualClock();
  const cache = cacheAt(clock);
  cache.set('a', 1);
  cache.set('b', 2, 10);
  cache.set('c', 3, 10);
  await clock.advance(10);
  expect(cache.statistics().size).toBe(3);
  expect(cache.cleanupExpired()).toBe(2);
  expect(cache.cleanupExpired()).toBe(0);
  expect(cache.statistics()).toMatchObject({ size: 1, expirations: 2, evictions: 0 });
});

test('all who ask at the same time share one load, and later ones its value', async () => {
  const cache = cacheAt(new ManualClock());
  const { promise, resolve } = Promise.withResolvers<number>();
  let loads = 0;
  const loader = (): Promise<number> => {
    loads += 1;
    return promise;
  };
  const all = Promise.all(Array.from({ length: 100 }, () => cache.load('key', loader)));
  resolve(7);
  expect(new Set(await all)).toEqual(new Set([7]));
  expect(await cache.load('key', loader)).toBe(7);
  expect(loads).toBe(1);
  expect(cache.statistics()).toMatchObject({ hits: 1, misses: 100, loads: 1, hitRate: 1 / 101 });
});

test('a failure goes to all who wait for it and is not kept', async () => {
  const cache = cacheAt(new ManualClock());
  const fails = (): Promise<number> => Promise.reject(new Error('no'));
  const both = await Promise.allSettled([cache.load('key', fails), cache.load('key', fails)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await cache.load('key', () => 1)).toBe(1);
  expect(cache.statistics()).toMatchObject({ loads: 2, failures: 1 });
});

test('a failure is kept for as long as was asked for', async () => {
  const clock = new ManualClock();
  const cache = cacheAt(clock);
  const fails = (): Promise<number> => Promise.reject(new Error('no'));
  await expect(cache.load('key', fails, { failureTtlMs: 50 })).rejects.toThrow('no');
  await expect(cache.load('key', () => 1)).rejects.toThrow('no');
  expect(cache.get('key')).toBeUndefined();
  await clock.advance(50);
  expect(await cache.load('key', () => 1)).toBe(1);
});

test('who gives up ends only its own wait; the last who does ends the load', async () => {
  const cache = cacheAt(new ManualClock());
  const told: AbortSignal[] = [];
  const loader = (signal: AbortSignal): Promise<number> => {
    told.push(signal);
    return new Promise(() => {});
  };
  const first = new AbortController();
  const second = new AbortController();
  const one = cache.load('key', loader, { signal: first.signal });
  const other = cache.load('key', loader, { signal: second.signal });
  first.abort();
  await expect(one).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(told.map(({ aborted }) => aborted)).toEqual([false]);
  second.abort();
  await expect(other).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(told.map(({ aborted }) => aborted)).toEqual([true]);
  // Who comes now begins anew, and does not wait for what was given up.
  expect(await cache.load('key', () => 3)).toBe(3);
  expect(cache.statistics().failures).toBe(0);
});

test('a load that is to be finished is kept although nobody waits for it any more', async () => {
  const cache = cacheAt(new ManualClock());
  const { promise, resolve } = Promise.withResolvers<number>();
  const given = new AbortController();
  const loading = cache.load('key', () => promise, {
    signal: given.signal,
    whenAbandoned: 'finish',
  });
  given.abort();
  await expect(loading).rejects.toMatchObject({ code: 'CANCELLED' });
  resolve(5);
  await promise;
  await Promise.resolve();
  expect(cache.get('key')).toBe(5);
});

test('what was set or forgotten while a load was under way is not overwritten by it', async () => {
  const cache = cacheAt(new ManualClock());
  const { promise, resolve } = Promise.withResolvers<number>();
  const loading = [cache.load('set', () => promise), cache.load('gone', () => promise)];
  cache.set('set', 2);
  cache.delete('gone');
  resolve(1);
  expect(await Promise.all(loading)).toEqual([1, 1]);
  expect([cache.get('set'), cache.get('gone')]).toEqual([2, undefined]);
});

test('a value near its end is given at once and loaded anew by one load in the background', async () => {
  const clock = new ManualClock();
  const cache = cacheAt(clock);
  let value = 0;
  const load = (): Promise<number> => cache.load('key', () => (value += 1), { aheadMs: 300 });
  expect(await load()).toBe(1);
  await clock.advance(699);
  expect(await load()).toBe(1);
  await clock.advance(1);
  expect(await Promise.all([load(), load(), load()])).toEqual([1, 1, 1]);
  await clock.advance(0);
  expect(await load()).toBe(2);
  expect(cache.statistics()).toMatchObject({ loads: 2, misses: 1, hits: 5 });
});

test('a load ahead of time that fails leaves the value, and is not repeated at once', async () => {
  const clock = new ManualClock();
  const cache = cacheAt(clock);
  cache.set('key', 1);
  await clock.advance(900);
  const fails = (): Promise<number> => Promise.reject(new Error('no'));
  const load = (): Promise<number> => cache.load('key', fails, { aheadMs: 500 });
  for (let at = 0; at < 4; at += 1) {
    expect(await load()).toBe(1);
    await clock.advance(10);
  }
  expect(cache.statistics()).toMatchObject({ loads: 1, failures: 1 });
  await clock.advance(20);
  await load();
  expect(cache.statistics().loads).toBe(2);
});

test('too many loads at once are refused, and so is a cache without room', async () => {
  const cache = new TtlCache<number, number>({ loadsMost: 2, clock: new ManualClock() });
  const waits = (): Promise<number> => new Promise(() => {});
  void cache.load(1, waits);
  void cache.load(2, waits);
  await expect(cache.load(3, waits)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  expect(() => new TtlCache({ entriesMost: 0 })).toThrow(/holds 1 entry/);
});

test('time is looked at once in a while, and what has expired is met within that while', async () => {
  let looks = 0;
  class CountedClock extends ManualClock {
    override monotonic(): number {
      looks += 1;
      return super.monotonic();
    }
  }
  const clock = new CountedClock();
  const cache = new TtlCache<string, number>({ clock, ttlMs: 100 });
  cache.set('key', 1);
  looks = 0;
  for (let at = 0; at < 1_000; at += 1) cache.get('key');
  expect(looks).toBe(1);
  await clock.advance(100);
  expect(cache.get('key')).toBeUndefined();
});
