import { describe, expect, test } from 'vitest';

import { HistoryPiece } from '../../../dashboard/src/plots/history-piece.ts';
import type { Resolution } from '../../../dashboard/src/plots/history-piece.ts';
import { PlotSeries } from '../../../dashboard/src/plots/plot-series.ts';

interface Wish {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly value: (atMs: number) => number | null;
  readonly resolution?: Resolution;
  /** How far the least and greatest are from the mean. */
  readonly spread?: number;
}

function piece({
  fromMs,
  toMs,
  stepMs,
  value,
  resolution = 'raw',
  spread = 0,
}: Wish): HistoryPiece {
  const atMs: number[] = [];
  for (let at = fromMs; at < toMs; at += stepMs) atMs.push(at);
  const mean = atMs.map(value);
  const by = (add: number): (number | null)[] =>
    mean.map((each) => (each === null ? null : each + add));
  const series = {
    instrument: 'dmm',
    parameter: 'voltage',
    resolution,
    atMs,
    mean,
    minimum: by(-spread),
    maximum: by(spread),
  };
  return new HistoryPiece(series, fromMs, toMs);
}

const columns = 2_000;
const good = (value: unknown, atMs: number) => ({ value, atMs, quality: 'good' }) as const;

describe('a parameter of a plot', () => {
  test('live readings follow history without a double', () => {
    const series = new PlotSeries();
    for (let at = 5_000; at < 15_000; at += 1_000) series.push(good(2, at), at);
    series.setWhole(piece({ fromMs: 0, toMs: 10_000, stepMs: 1_000, value: () => 1 }));
    const { times, values } = series.draw({ fromMs: 0, toMs: 20_000, columns });
    expect(times).toEqual(Array.from({ length: 15 }, (_, index) => index * 1_000));
    expect(values.filter((value) => value === 1)).toHaveLength(10);
    expect(values.filter((value) => value === 2)).toHaveLength(5);
  });

  test('a value that is not good leaves a gap, and the next good one ends it', () => {
    const series = new PlotSeries();
    series.push(good(1, 1_000), 1_000);
    series.push({ value: 1, atMs: 1_000, quality: 'stale' }, 4_000);
    series.push({ value: 1, atMs: 1_000, quality: 'bad' }, 5_000);
    series.push(good(2, 6_000), 6_000);
    const { times, values } = series.draw({ fromMs: 0, toMs: 10_000, columns });
    expect(times).toEqual([1_000, 4_000, 6_000]);
    expect(values).toEqual([1, Number.NaN, 2]);
  });

  test('texts and values that are no number are not drawn, truth is 1 and 0', () => {
    const series = new PlotSeries();
    expect(series.push(good('on', 1), 1)).toBe(false);
    expect(series.push(good(Infinity, 2), 2)).toBe(false);
    expect(series.push(good(undefined, 3), 3)).toBe(false);
    series.push(good(true, 4), 4);
    series.push(good(false, 5), 5);
    expect(series.draw({ fromMs: 0, toMs: 10, columns }).values).toEqual([1, 0]);
  });

  test('where somebody zoomed in the finer piece is drawn, around it the coarser one', () => {
    const series = new PlotSeries();
    const minute = 60_000;
    const whole = { fromMs: 0, toMs: 100 * minute, stepMs: minute, resolution: 'minute' } as const;
    series.setWhole(piece({ ...whole, value: () => 1, spread: 0.5 }));
    const detail = { fromMs: 40 * minute, toMs: 60 * minute, stepMs: 1_000, value: () => 2 };
    series.setDetail(piece(detail));
    const line = series.draw({ fromMs: 0, toMs: 100 * minute, columns });
    expect(line.times.every((time, index) => time > (line.times[index - 1] ?? -1))).toBe(true);
    const at = (fromMs: number, toMs: number): number[] =>
      line.values.filter((_, index) => {
        const time = line.times[index] ?? 0;
        return time > fromMs && time < toMs;
      });
    expect(new Set(at(0, 39 * minute))).toEqual(new Set([1]));
    expect(new Set(at(41 * minute, 59 * minute))).toEqual(new Set([2]));
    expect(new Set(at(61 * minute, 99 * minute))).toEqual(new Set([1]));
    expect(line.least[0]).toBe(0.5);
    expect(line.greatest[0]).toBe(1.5);
  });

  test('another range forgets the detail of the one before', () => {
    const series = new PlotSeries();
    series.setDetail(piece({ fromMs: 0, toMs: 10, stepMs: 1, value: () => 1 }));
    series.setWhole(piece({ fromMs: 0, toMs: 10, stepMs: 1, value: () => 2 }));
    expect(series.detail).toBeUndefined();
  });

  test('time in which nothing was recorded is a gap, a late poll is none', () => {
    const series = new PlotSeries();
    const value = (): number => 1;
    const early = piece({ fromMs: 0, toMs: 10_000, stepMs: 1_000, value });
    series.setWhole(early);
    expect(series.draw({ fromMs: 0, toMs: 20_000, columns }).values).not.toContain(Number.NaN);
    const atMs = [0, 1_000, 2_000, 3_500, 4_500, 60_000, 61_000];
    const ones = atMs.map(() => 1);
    const lists = { atMs, mean: ones, minimum: ones, maximum: ones };
    const named = { instrument: 'a', parameter: 'b', resolution: 'raw' } as const;
    series.setWhole(new HistoryPiece({ ...named, ...lists }, 0, 70_000));
    const { times, values } = series.draw({ fromMs: 0, toMs: 70_000, columns });
    expect(values.filter((each) => Number.isNaN(each))).toHaveLength(1);
    expect(times[values.findIndex((each) => Number.isNaN(each))]).toBe(59_999);
  });

  test('many hours in few columns keep the least and greatest of all', () => {
    const series = new PlotSeries();
    const hour = 3_600_000;
    const value = (atMs: number): number => (atMs === 777 * hour ? 50 : 0);
    const wish = { fromMs: 0, toMs: 2_000 * hour, stepMs: hour, resolution: 'hour' } as const;
    series.setWhole(piece({ ...wish, value, spread: 1 }));
    const line = series.draw({ fromMs: 0, toMs: 2_000 * hour, columns: 100 });
    expect(line.times.length).toBeLessThanOrEqual(101);
    expect(Math.max(...line.greatest)).toBe(51);
    expect(Math.min(...line.least)).toBe(-1);
  });
});
