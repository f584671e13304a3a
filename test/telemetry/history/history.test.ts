import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresHistory } from '../../../src/telemetry/index.ts';
import type { HistoryStore } from '../../../src/telemetry/index.ts';
import { PostgresServer } from '../../support/postgres-server.ts';
import { append, HistoryFolder, named, samplesOf } from './history-folder.ts';

const day = Date.parse('2026-11-30T00:00:00Z');
const minute = 60_000;
const hour = 3_600_000;
const dayMs = 24 * hour;

/** A place where history is kept, and can be opened again and again. */
interface Place extends AsyncDisposable {
  open(): HistoryStore;
}

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function emptyServer(): Promise<Place> {
  await server.ask('DROP SCHEMA public CASCADE');
  await server.ask('CREATE SCHEMA public');
  const opened = new AsyncDisposableStack();
  return {
    open: () => opened.use(new PostgresHistory({ url: server.url })),
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}

const places: readonly [string, () => Promise<Place>][] = [
  ['in a file', async () => new HistoryFolder()],
  ['on a server', emptyServer],
];

let folder: Place;

describe.each(places)('history %s', (_where, place) => {
  beforeEach(async () => {
    folder = await place();
  });
  afterEach(async () => {
    await folder[Symbol.asyncDispose]();
  });

  describe('a history in a file', () => {
    it('gives values back as they were recorded, with their units, also to the next process', async () => {
      const store = folder.open();
      await append(store, [
        ...samplesOf(
          'nitrogen.fMeasure',
          [
            [day, 1.5],
            [day + 1_000, 2.5],
          ],
          'ln/min',
        ),
        ...samplesOf('nitrogen.isOpen', [
          [day, true],
          [day + 500, false],
        ]),
        ...samplesOf('player.track', [
          [day, 'Ünïcode'],
          [day + 500, ''],
        ]),
      ]);
      await store[Symbol.asyncDispose]();
      const again = folder.open();
      const [flow, open, track, never] = await again.query({
        series: ['nitrogen.fMeasure', 'nitrogen.isOpen', 'player.track', 'x.never'].map(named),
        fromMs: day,
        toMs: day + hour,
        points: 100,
      });
      expect(flow).toEqual({
        instrument: 'nitrogen',
        parameter: 'fMeasure',
        unit: 'ln/min',
        resolution: 'raw',
        atMs: [day, day + 1_000],
        mean: [1.5, 2.5],
        minimum: [1.5, 2.5],
        maximum: [1.5, 2.5],
        last: [1.5, 2.5],
        count: [1, 1],
      });
      expect(open?.last).toEqual([true, false]);
      expect(track).toMatchObject({ last: ['Ünïcode', ''], mean: [null, null] });
      expect(never?.atMs).toEqual([]);
      expect(await again.series()).toMatchObject([
        { instrument: 'nitrogen', parameter: 'fMeasure', firstMs: day, lastMs: day + 1_000 },
        { instrument: 'nitrogen', parameter: 'isOpen', kind: 'boolean' },
        { instrument: 'player', parameter: 'track', kind: 'text' },
      ]);
    });

    it('keeps a sample that comes twice as it was, and takes late ones in their place', async () => {
      const store = folder.open();
      await append(
        store,
        samplesOf('a.x', [
          [day, 1],
          [day + 2_000, 3],
        ]),
      );
      const result = await append(
        store,
        samplesOf('a.x', [
          [day + 1_000, 2],
          [day, 9],
        ]),
      );
      expect(result).toEqual({ stored: 1, duplicates: 1, tooLate: 0 });
      const [found] = await store.query({
        series: [named('a.x')],
        fromMs: day,
        toMs: day + minute,
        points: 10,
      });
      expect(found?.last).toEqual([1, 2, 3]);
      const [minutes] = await store.query({
        series: [named('a.x')],
        fromMs: day,
        toMs: day + minute,
        points: 1,
      });
      expect(minutes).toMatchObject({
        mean: [2],
        minimum: [1],
        maximum: [3],
        last: [3],
        count: [3],
      });
    });

    it('picks the resolution by how far out somebody zooms, and loses no peak', async () => {
      const store = folder.open();
      // Two days of a value each 10 s, with one peak.
      const values = Array.from({ length: 17_280 }, (_, index): [number, number] => [
        day + index * 10_000,
        index === 7_777 ? 1_000 : index % 10,
      ]);
      await append(store, samplesOf('a.x', values));
      const of = async (fromMs: number, toMs: number, points: number) =>
        (await store.query({ series: [named('a.x')], fromMs, toMs, points }))[0];
      const far = await of(day, day + 2 * dayMs, 48);
      expect(far?.resolution).toBe('hour');
      expect(far?.atMs.length).toBeLessThanOrEqual(48);
      expect(Math.max(...(far?.maximum ?? []).map(Number))).toBe(1_000);
      expect(far?.count.reduce((sum, each) => sum + each, 0)).toBe(17_280);
      const near = await of(day, day + 2 * dayMs, 1_000);
      expect(near?.resolution).toBe('minute');
      expect(near?.atMs.length).toBeLessThanOrEqual(1_000);
      expect(near?.maximum).toContain(1_000);
      const close = await of(day, day + hour, 100);
      expect(close?.resolution).toBe('raw');
      expect(close?.atMs.length).toBeLessThanOrEqual(100);
      expect(close?.count.reduce((sum, each) => sum + each, 0)).toBe(360);
      expect(await of(day, day + hour, 360)).toMatchObject({
        atMs: values.slice(0, 360).map(([at]) => at),
      });
    });

    it('passes long stretches without samples', async () => {
      const store = folder.open();
      const gap = 900 * dayMs;
      const values = [0, 1, 2, 3].map((each): [number, number] => [day + each * minute, each]);
      await append(store, samplesOf('a.x', [...values, [day + gap, 5]]));
      const [found] = await store.query({
        series: [named('a.x')],
        fromMs: day,
        toMs: day + gap + 1,
        points: 3,
      });
      expect(found?.last.at(-1)).toBe(5);
      expect(found?.count.reduce((sum, each) => sum + each, 0)).toBe(5);
    });

    it('finds the newest value before a time', async () => {
      const store = folder.open();
      await append(
        store,
        samplesOf('a.x', [
          [day, 1],
          [day + hour, 2],
        ]),
      );
      expect(await store.latestBefore(named('a.x'), day)).toBeUndefined();
      expect(await store.latestBefore(named('a.x'), day + hour)).toEqual({ atMs: day, value: 1 });
      expect(await store.latestBefore(named('a.x'), day + dayMs)).toEqual({
        atMs: day + hour,
        value: 2,
      });
      expect(await store.latestBefore(named('a.y'), day)).toBeUndefined();
    });

    it('refuses a query that makes no sense', async () => {
      const store = folder.open();
      const query = { series: [named('a.x')], fromMs: 1, toMs: 2, points: 1 };
      for (const wrong of [
        { ...query, toMs: 1 },
        { ...query, points: 0 },
        { ...query, points: 1.5 },
        { ...query, fromMs: Number.NaN },
        { ...query, series: Array.from({ length: 101 }, () => named('a.x')) },
      ]) {
        await expect(store.query(wrong)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
      }
    });

    it('ends a query that nobody waits for', async () => {
      const store = folder.open();
      const stop = new AbortController();
      const query = store.query(
        { series: [named('a.x')], fromMs: 1, toMs: 2, points: 1 },
        { signal: stop.signal },
      );
      stop.abort();
      await expect(query).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await store.series()).toEqual([]);
    });
  });

  describe('keeping values for a while', () => {
    const retention = { rawMs: 2 * hour, minuteMs: dayMs, hourMs: 10 * dayMs };

    it('keeps what they came to when the samples go, and refuses what comes later still', async () => {
      const store = folder.open();
      const values = Array.from({ length: 6 * 60 }, (_, index): [number, number] => [
        day + index * minute,
        index,
      ]);
      await append(store, samplesOf('a.x', values));
      const nowMs = day + 6 * hour;
      const step = await store.retain(retention, nowMs);
      expect(step).toMatchObject({
        removed: 4 * 60,
        isDone: true,
        horizons: { raw: day + 4 * hour },
      });
      expect(
        await append(
          store,
          samplesOf('a.x', [
            [day, 0],
            [day + 5 * hour + 1, 7],
          ]),
        ),
      ).toEqual({
        stored: 1,
        duplicates: 0,
        tooLate: 1,
      });
      const [all] = await store.query({
        series: [named('a.x')],
        fromMs: day,
        toMs: nowMs,
        points: 1_000,
      });
      expect(all).toMatchObject({ resolution: 'minute' });
      expect(all?.count.reduce((sum, each) => sum + each, 0)).toBe(6 * 60 + 1);
      // Once more changes nothing.
      expect(await store.retain(retention, nowMs)).toMatchObject({ removed: 0, isDone: true });
      await store[Symbol.asyncDispose]();
      // Nor does a new process, or a clock that was set back.
      const again = folder.open();
      expect(await again.retain(retention, day)).toMatchObject({
        removed: 0,
        horizons: step.horizons,
      });
      expect(await append(again, samplesOf('a.x', [[day, 0]]))).toMatchObject({ tooLate: 1 });
    });

    it('goes on from minutes to hours to nothing', async () => {
      const store = folder.open();
      await append(
        store,
        samplesOf('a.x', [
          [day, 3],
          [day + minute, 5],
        ]),
      );
      const of = async () =>
        (
          await store.query({
            series: [named('a.x')],
            fromMs: day,
            toMs: day + hour,
            points: 1_000,
          })
        )[0];
      await store.retain(retention, day + 3 * hour);
      expect(await of()).toMatchObject({ resolution: 'minute', last: [3, 5] });
      await store.retain(retention, day + 2 * dayMs);
      expect(await of()).toMatchObject({
        resolution: 'hour',
        mean: [4],
        minimum: [3],
        last: [5],
        count: [2],
      });
      expect(await store.latestBefore(named('a.x'), day + dayMs)).toEqual({
        atMs: day + minute,
        value: 5,
      });
      await store.retain(retention, day + 20 * dayMs);
      expect(await of()).toMatchObject({ atMs: [] });
      expect(await store.series()).toEqual([]);
    });

    it('removes much of it little by little', async () => {
      const store = folder.open();
      const values = Array.from({ length: 50_000 }, (_, index): [number, number] => [
        day + index,
        index,
      ]);
      await append(store, samplesOf('a.x', values));
      const removed: number[] = [];
      for (let isDone = false; !isDone;) {
        const step = await store.retain(retention, day + 3 * hour);
        removed.push(step.removed);
        isDone = step.isDone;
      }
      expect(removed).toEqual([20_000, 20_000, 10_000]);
    });
  });
});
