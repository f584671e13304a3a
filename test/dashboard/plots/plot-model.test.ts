import { describe, expect, test } from 'vitest';

import { plotLine, PlotModel } from '../../../dashboard/src/plots/plot-model.ts';
import { PlotHistory } from '../../../dashboard/src/plots/plot-history.ts';
import type { HistoryQuery } from '../../../dashboard/src/plots/plot-history.ts';
import type { HistorySeries } from '../../../dashboard/src/plots/history-piece.ts';
import { nearestIndex, summaryOf } from '../../../dashboard/src/plots/readout.ts';

function model(nowMs = 1_000_000) {
  const clock = { nowMs };
  const line = plotLine({ instrument: 'dmm', parameter: 'voltage', unit: 'V' });
  const made = new PlotModel([line], { kind: 'last', widthMs: 100_000 }, () => clock.nowMs);
  return { model: made, line, clock };
}

describe('the model of a plot', () => {
  test('follows the time until somebody zooms in or pauses', () => {
    const { model: plot, clock } = model();
    expect(plot.window()).toEqual({ fromMs: 900_000, toMs: 1_000_000 });
    clock.nowMs += 5_000;
    expect(plot.window().toMs).toBe(1_005_000);
    plot.pause(true);
    clock.nowMs += 5_000;
    expect([plot.window().toMs, plot.isFollowing]).toEqual([1_005_000, false]);
    plot.pause(false);
    expect([plot.window().toMs, plot.isFollowing]).toEqual([1_010_000, true]);
    plot.zoomTo(960_000, 950_000);
    clock.nowMs += 60_000;
    expect(plot.window()).toEqual({ fromMs: 950_000, toMs: 960_000 });
    plot.reset();
    expect(plot.window().toMs).toBe(1_070_000);
  });

  test('zooming out to everything is no zoom any more', () => {
    const { model: plot } = model();
    plot.zoomBy(0.5);
    expect(plot.zoom.value).toBeDefined();
    plot.zoomBy(4);
    expect(plot.zoom.value).toBeUndefined();
  });

  test('readings are kept while it is paused, and nothing is drawn for them', () => {
    const { model: plot, line, clock } = model();
    plot.pause(true);
    const before = plot.changed.value;
    plot.push(line, { value: 1, atMs: clock.nowMs, quality: 'good' });
    expect(plot.changed.value).toBe(before);
    expect(line.data.live.length).toBe(1);
    const moved = plot.moved.value;
    plot.pause(false);
    expect(plot.moved.value).toBeGreaterThan(moved);
  });
});

/** History of one reading a second; at most so many points, as a gateway gives it. */
function history() {
  const asked: HistoryQuery[] = [];
  const fetch = async (query: HistoryQuery): Promise<readonly HistorySeries[]> => {
    asked.push(query);
    const { fromMs, toMs, points } = query;
    const stepMs = Math.max(1_000, (toMs - fromMs) / points);
    const atMs: number[] = [];
    for (let at = fromMs; at < toMs; at += stepMs) atMs.push(at);
    const ones = atMs.map(() => 1);
    const count = atMs.map(() => Math.round(stepMs / 1_000));
    const lists = { atMs, mean: ones, minimum: ones, maximum: ones, count };
    return [{ instrument: 'dmm', parameter: 'voltage', resolution: 'raw', ...lists }];
  };
  return { asked, fetch };
}

describe('the history of a plot', () => {
  test('is asked for over its range, and finer where somebody zooms in', async () => {
    const { model: plot, line } = model(1e9);
    const { asked, fetch } = history();
    using _history = new PlotHistory(plot, fetch);
    plot.setRange({ kind: 'last', widthMs: 100_000_000 });
    await expect.poll(() => line.data.whole?.length).toBeGreaterThan(1_000);
    const whole = plot.whole();
    plot.zoomTo(whole.fromMs + 10_000_000, whole.fromMs + 11_000_000);
    await expect.poll(() => line.data.detail?.isWhole).toBe(true);
    const last = asked.at(-1);
    expect((last?.toMs ?? 0) - (last?.fromMs ?? 0)).toBeLessThan(3_000_000);
    const count = asked.length;
    plot.pan(0.1);
    plot.zoomBy(0.5);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked.length).toBe(count);
  });

  test('an answer for a range that nobody wants any more is thrown away', async () => {
    const { model: plot, line } = model(1e9);
    const waiting: (() => void)[] = [];
    const { fetch } = history();
    const slow = async (query: HistoryQuery): Promise<readonly HistorySeries[]> => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return await fetch(query);
    };
    using _history = new PlotHistory(plot, slow);
    plot.setRange({ kind: 'fixed', fromMs: 0, toMs: 50_000 });
    plot.setRange({ kind: 'fixed', fromMs: 100_000, toMs: 150_000 });
    for (const answer of waiting.reverse()) answer();
    await expect.poll(() => line.data.whole?.fromMs).toBe(100_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(line.data.whole?.fromMs).toBe(100_000);
  });

  test('what goes wrong is told, and the plot goes on', async () => {
    const { model: plot } = model();
    using wrong = new PlotHistory(plot, () => Promise.reject(new Error('gone')));
    await expect.poll(() => wrong.state.value.kind).toBe('failed');
  });
});

test('the nearest time, and what a line came to', () => {
  expect([0, 4, 6, 100].map((at) => nearestIndex([1, 5, 9], at))).toEqual([0, 1, 1, 2]);
  expect(nearestIndex([], 1)).toBe(-1);
  const line = { values: [1, Number.NaN, 3], least: [0, NaN, NaN], greatest: [2, NaN, NaN] };
  expect(summaryOf(line)).toEqual({ newest: 3, least: 0, mean: 2, greatest: 3 });
  expect(summaryOf({ values: [], least: [], greatest: [] }).mean).toBeUndefined();
});
