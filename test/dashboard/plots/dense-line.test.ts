import { expect, test } from 'vitest';

import { denseColumns, isDense } from '../../../dashboard/src/plots/dense-line.ts';
import { addPoint, emptyLine } from '../../../dashboard/src/plots/drawn-line.ts';

const place = {
  left: 10,
  top: 0,
  width: 10,
  height: 100,
  fromMs: 0,
  toMs: 100,
  least: 0,
  greatest: 10,
};

test('a column reaches from its lowest to its highest point, and to the one before', () => {
  const line = emptyLine();
  for (const [atMs, value] of [
    [0, 5],
    [1, 9],
    [2, 1],
    [11, 4],
    [12, 6],
    [20, Number.NaN],
    [25, 2],
  ] as const) {
    addPoint(line, atMs, value);
  }
  const columns: number[][] = [];
  denseColumns(line, place, 2, (...column) => columns.push(column));
  expect(columns).toEqual([
    [10, 10, 80],
    // Joined to 1, where the first one ended.
    [11, 40, 50],
    // After a gap it begins anew, as thick as a line.
    [12, 79, 2],
  ]);
});

test('what lies beyond the edges is left out, and a few points are a line', () => {
  const line = emptyLine();
  for (let atMs = -50; atMs < 150; atMs += 1) addPoint(line, atMs, 1);
  const columns: number[] = [];
  denseColumns(line, place, 1, (x) => columns.push(x));
  expect(Math.min(...columns)).toBe(10);
  expect(Math.max(...columns)).toBeLessThanOrEqual(20);
  expect(isDense(line, 10)).toBe(true);
  expect(isDense(line, 100)).toBe(false);
});
