import { describe, expect, test } from 'vitest';

import { decimate } from '../../../dashboard/src/plots/decimate.ts';
import type { View } from '../../../dashboard/src/plots/decimate.ts';
import { emptyLine } from '../../../dashboard/src/plots/drawn-line.ts';
import type { DrawnLine } from '../../../dashboard/src/plots/drawn-line.ts';
import { SampleBuffer } from '../../../dashboard/src/plots/sample-buffer.ts';
import { randomFrom } from '../../support/random.ts';

function drawn(samples: SampleBuffer, view: View): DrawnLine {
  const line = emptyLine();
  decimate(samples, view, line);
  return line;
}

describe('decimation', () => {
  test('few samples are drawn one by one, with one beyond each edge', () => {
    const samples = SampleBuffer.of([0, 10, 20, 30, 40], [0, 1, 2, 3, 4]);
    const line = drawn(samples, { fromMs: 15, toMs: 25, columns: 100 });
    expect(line.times).toEqual([10, 20, 30]);
  });

  test('a million samples become at most four for each column, and no peak is lost', () => {
    const random = randomFrom();
    const count = 1_000_000;
    const samples = new SampleBuffer(count);
    const peaks = new Set(Array.from({ length: 50 }, () => Math.floor(random() * count)));
    for (let index = 0; index < count; index += 1) {
      samples.push(index, peaks.has(index) ? 100 + index : Math.sin(index / 1e4));
    }
    const columns = 2_000;
    const line = drawn(samples, { fromMs: 0, toMs: count, columns });
    expect(line.times.length).toBeLessThanOrEqual(columns * 4);
    expect(line.times.every((time, index) => time >= (line.times[index - 1] ?? 0))).toBe(true);
    // Two peaks in one column are one vertical stroke up to the higher.
    const width = count / columns;
    for (const peak of peaks) {
      const column = Math.floor(peak / width);
      const highest = Math.max(...[...peaks].filter((each) => Math.floor(each / width) === column));
      expect(line.values).toContain(100 + highest);
    }
  });

  test('what each column shows is the least and greatest of its samples', () => {
    const random = randomFrom();
    const samples = new SampleBuffer(50_000);
    let atMs = 0;
    for (let index = 0; index < 50_000; index += 1) {
      atMs += random() * 30;
      samples.push(atMs, random());
    }
    const view = { fromMs: atMs * 0.21, toMs: atMs * 0.77, columns: 137 };
    const line = drawn(samples, view);
    const width = (view.toMs - view.fromMs) / view.columns;
    for (let column = 1; column < view.columns - 1; column += 1) {
      const from = view.fromMs + column * width;
      const inside = (time: number): boolean => time >= from && time < from + width;
      const real = Array.from(samples.values).filter((_, index) =>
        inside(samples.times[index] ?? 0),
      );
      const shown = line.values.filter((_, index) => inside(line.times[index] ?? 0));
      expect(Math.min(...shown)).toBe(Math.min(...real));
      expect(Math.max(...shown)).toBe(Math.max(...real));
    }
  });

  test('a gap that is wider than a column stays one', () => {
    const samples = new SampleBuffer(30_000);
    for (let index = 0; index < 30_000; index += 1) {
      samples.push(index, index >= 10_000 && index < 20_000 ? Number.NaN : 1);
    }
    const line = drawn(samples, { fromMs: 0, toMs: 30_000, columns: 300 });
    const inGap = line.values.filter((_, index) => {
      const time = line.times[index] ?? 0;
      return time >= 10_000 && time < 20_000;
    });
    expect(inGap.length).toBeGreaterThan(0);
    expect(inGap.every((value) => Number.isNaN(value))).toBe(true);
    expect(line.values.some((value) => value === 1)).toBe(true);
  });
});
