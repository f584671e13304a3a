import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CachedHistory } from '../../../src/telemetry/index.ts';
import { append, HistoryFolder, named, samplesOf } from './history-folder.ts';

const day = Date.parse('2026-11-30T00:00:00Z');
const minute = 60_000;
const hour = 3_600_000;

let folder: HistoryFolder;
let store: CachedHistory;
beforeEach(() => {
  folder = new HistoryFolder();
  store = new CachedHistory(folder.open());
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const ask = async (series: string, fromMs = day, toMs = day + hour, points = 100) =>
  (await store.query({ series: [named(series)], fromMs, toMs, points }))[0];
/** Whether the next answer comes from memory. */
async function isKept(series: string, ...rest: number[]): Promise<boolean> {
  const { hits } = store.statistics();
  await ask(series, ...rest);
  return store.statistics().hits > hits;
}

describe('answers that are kept', () => {
  it('are given again until something is written that they would have', async () => {
    await append(store, samplesOf('a.x', [[day, 1]]));
    expect(await ask('a.x')).toMatchObject({ last: [1] });
    expect(await isKept('a.x')).toBe(true);
    // Of another series, and of another time.
    await append(store, samplesOf('a.y', [[day + 1, 1]]));
    await append(
      store,
      samplesOf('a.x', [
        [day + hour, 2],
        [day - 1, 0],
      ]),
    );
    expect(await isKept('a.x')).toBe(true);
    await append(store, samplesOf('a.x', [[day + hour - 1, 3]]));
    expect(await ask('a.x')).toMatchObject({ last: [1, 3] });
  });

  it('of minutes end with a write to any part of their minutes', async () => {
    const values = Array.from({ length: 180 }, (_, at): [number, number] => [
      day + at * minute,
      at,
    ]);
    await append(store, samplesOf('a.x', values));
    const range = [day + 30_000, day + 2 * hour + 30_000, 60] as const;
    expect((await ask('a.x', ...range))?.resolution).toBe('minute');
    expect(await isKept('a.x', ...range)).toBe(true);
    await append(store, samplesOf('a.x', [[day + 2 * hour + 45_000, 999]]));
    expect((await ask('a.x', ...range))?.maximum.at(-1)).toBe(999);
  });

  it('are not kept when something is written while they are read', async () => {
    await append(store, samplesOf('a.x', [[day, 1]]));
    for (let at = 1; at <= 50; at += 1) {
      const [found] = await Promise.all([
        ask('a.x'),
        append(store, samplesOf('a.x', [[day + at, at]])),
      ]);
      expect(found?.last.length).toBeGreaterThanOrEqual(at);
      expect((await ask('a.x'))?.last).toHaveLength(at + 1);
    }
  });

  it('end when what they have is removed, or has another unit', async () => {
    const old = [
      ...samplesOf('a.x', [[day, 1]], 'V'),
      ...samplesOf('b.x', [[day + 50 * hour, 1]], 'V'),
    ];
    await append(store, old);
    await ask('a.x');
    await ask('b.x', day + 50 * hour, day + 51 * hour);
    const retention = { rawMs: hour, minuteMs: 100 * hour, hourMs: 100 * hour };
    await store.retain(retention, day + 40 * hour);
    expect(await isKept('a.x')).toBe(false);
    expect(await isKept('b.x', day + 50 * hour, day + 51 * hour)).toBe(true);
    expect(await ask('a.x')).toMatchObject({ resolution: 'minute', unit: 'V' });
    await append(store, samplesOf('a.x', [[day + 60 * hour, 1]], 'mV'));
    expect(await ask('a.x')).toMatchObject({ unit: 'mV' });
  });

  it('are bounded in number and length', async () => {
    const values = Array.from({ length: 3_000 }, (_, at): [number, number] => [day + at, at]);
    await append(store, samplesOf('a.x', values));
    await ask('a.x', day, day + hour, 5_000);
    expect(await isKept('a.x', day, day + hour, 5_000)).toBe(false);
    for (let each = 0; each < 300; each += 1) await ask('a.x', day, day + 10 + each, 5);
    expect(store.statistics().size).toBeLessThanOrEqual(256);
    expect(await isKept('a.x', day, day + 10, 5)).toBe(false);
    expect(await isKept('a.x', day, day + 10 + 299, 5)).toBe(true);
  });
});
