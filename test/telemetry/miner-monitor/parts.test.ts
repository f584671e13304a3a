// What the miner monitor promises of its data, its cache and its connections, part by part.
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ManualClock, TtlCache } from '../../../src/kernel/index.ts';
import { Hub, LatestValues } from '../../../src/telemetry/index.ts';
import type { NewValues } from '../../../src/telemetry/index.ts';
import { MemoryClient } from '../hub/memory-client.ts';

const metrics = (hashRate: number): NewValues => ({
  hashRate: { value: hashRate, unit: 'GH/s' },
  temperature: { value: 50 + hashRate / 100, unit: '°C' },
});

describe('the data of miners', () => {
  it('is set and got', () => {
    const data = new LatestValues();
    data.set('bitaxe_1', metrics(500));
    expect(data.get('bitaxe_1')?.values['hashRate']?.value).toBe(500);
    expect(data.get('bitaxe_2')).toBeUndefined();
  });

  it('is updated in part, and the rest of it stays', () => {
    const data = new LatestValues();
    data.set('bitaxe_1', metrics(500));
    data.update('bitaxe_1', { status: { value: 'online' } });
    expect(data.get('bitaxe_1')?.values).toMatchObject({
      hashRate: { value: 500 },
      status: { value: 'online' },
    });
  });

  it('of several values is never seen in part', async () => {
    const data = new LatestValues();
    const torn: number[] = [];
    data.events.on('changed', ({ record: { values } }) => {
      const hashRate = Number(values['hashRate']?.value);
      if (Number(values['temperature']?.value) !== 50 + hashRate / 100) torn.push(hashRate);
    });
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        await Promise.resolve();
        data.update('bitaxe_1', metrics(index));
      }),
    );
    expect(torn).toEqual([]);
    expect(data.get('bitaxe_1')?.revision).toBe(100);
  });

  it('is removed, and is there or not', () => {
    const data = new LatestValues();
    data.set('bitaxe_1', metrics(500));
    expect(data.has('bitaxe_1')).toBe(true);
    data.remove('bitaxe_1');
    expect(data.has('bitaxe_1')).toBe(false);
  });

  it('knows when it was updated last', () => {
    const clock = new ManualClock(10_000);
    const data = new LatestValues(clock);
    data.set('bitaxe_1', metrics(500));
    clock.jump(5_000);
    data.update('bitaxe_1', metrics(501));
    expect(data.lastUpdated('bitaxe_1')).toBe(15_000);
    expect(data.lastUpdated('bitaxe_2')).toBeUndefined();
  });

  it('of all miners is of one moment, and cannot be spoilt, in its depth neither', () => {
    const data = new LatestValues();
    data.set('bitaxe_1', metrics(1));
    data.set('bitaxe_2', metrics(2));
    const all = data.all();
    data.update('bitaxe_1', metrics(9));
    expect(all.map(({ values }) => values['hashRate']?.value)).toEqual([1, 2]);
    expect(() => Object.assign(all[0]?.values['hashRate'] ?? {}, { value: 0 })).toThrow(TypeError);
  });
});

describe('the connections of the web socket', () => {
  const hub = (): Hub => new Hub({ epoch: 'test' });

  it('come and go, and are counted', () => {
    const center = hub();
    const clients = [new MemoryClient(center), new MemoryClient(center)];
    expect(center.clientCount).toBe(2);
    clients[0]?.client[Symbol.dispose]();
    clients[0]?.client[Symbol.dispose]();
    expect(center.clientCount).toBe(1);
  });

  it('hear the topics that they subscribed to, several at once, and no others', async () => {
    const center = hub();
    const topics = ['miners', 'alerts', 'system'].map((name) =>
      center.topic(name, { kind: 'events' }),
    );
    const one = new MemoryClient(center);
    one.client.subscribe(['miners', 'alerts']);
    for (const topic of topics) topic.publish({ name: topic.name });
    await endOfTurn();
    expect(one.lines.map(({ topic }) => topic)).toEqual(['miners', 'alerts']);
    expect(one.client.topics().map(({ name }) => name)).toEqual(['miners', 'alerts']);
  });

  it('hear nothing of what they unsubscribed from', async () => {
    const center = hub();
    const miners = center.topic('miners', { kind: 'events' });
    const one = new MemoryClient(center);
    one.client.subscribe(['miners']);
    expect(one.client.unsubscribe(['miners'])).toEqual([]);
    miners.publish({ hashRate: 1 });
    await endOfTurn();
    expect(one.lines).toEqual([]);
  });

  it('that are gone are told nothing, and keep nobody else from hearing', async () => {
    const center = hub();
    const miners = center.topic('miners', { kind: 'events' });
    const [gone, stays] = [new MemoryClient(center), new MemoryClient(center)];
    for (const each of [gone, stays]) each.client.subscribe(['miners']);
    gone.client[Symbol.dispose]();
    miners.publish({ hashRate: 1 });
    await endOfTurn();
    expect([gone.lines.length, stays.lines.length]).toEqual([0, 1]);
  });
});

describe('the cache of queries', () => {
  it('gives what was set, until it expires by itself', async () => {
    const clock = new ManualClock();
    const cache = new TtlCache<string, number>({ ttlMs: 300_000, clock, resolutionMs: 0 });
    cache.set('a', 1);
    cache.set('b', 2, 1_000);
    await clock.advance(2_000);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
  });

  it('forgets what is deleted, and all of it when it is cleared', () => {
    const cache = new TtlCache<string, number>();
    cache.set('a', 1);
    cache.set('b', 2);
    cache.delete('a');
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, 2]);
    cache.clear();
    expect(cache.get('b')).toBeUndefined();
  });

  it('is cleaned of what has expired, and says of how much', async () => {
    const clock = new ManualClock();
    const cache = new TtlCache<number, number>({ ttlMs: 1_000, clock, resolutionMs: 0 });
    for (let key = 0; key < 10; key += 1) cache.set(key, key);
    await clock.advance(500);
    cache.set(10, 10);
    await clock.advance(600);
    expect(cache.cleanupExpired()).toBe(10);
    expect(cache.statistics().size).toBe(1);
  });

  it('counts hits and misses', () => {
    const cache = new TtlCache<string, number>();
    cache.set('a', 1);
    cache.get('a');
    cache.get('b');
    expect(cache.statistics()).toMatchObject({ hits: 1, misses: 1, hitRate: 0.5 });
  });
});
