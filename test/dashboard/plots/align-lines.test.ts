import { expect, test } from 'vitest';

import { alignLines } from '../../../dashboard/src/plots/align-lines.ts';
import { addBand, addPoint, emptyLine } from '../../../dashboard/src/plots/drawn-line.ts';

test('lines stand side by side over all times; a gap is null, the time of another line undefined', () => {
  const one = emptyLine();
  addPoint(one, 1_000, 1);
  addPoint(one, 2_000, Number.NaN);
  addPoint(one, 3_000, 3);
  const other = emptyLine();
  addBand(other, 1_500, { value: 5, least: 4, greatest: 6 });
  addPoint(other, 3_000, 7);
  const { seconds, columns } = alignLines([one, other]);
  expect(seconds).toEqual([1, 1.5, 2, 3]);
  expect(columns).toEqual([
    [1, undefined, null, 3],
    [null, undefined, null, null],
    [null, undefined, null, null],
    [undefined, 5, undefined, 7],
    [undefined, 4, undefined, null],
    [undefined, 6, undefined, null],
  ]);
});

test('one line alone, and none, keep their shape', () => {
  const line = emptyLine();
  addPoint(line, 0, 1);
  expect(alignLines([line])).toEqual({ seconds: [0], columns: [[1], [null], [null]] });
  expect(alignLines([])).toEqual({ seconds: [], columns: [] });
  const both = alignLines([emptyLine(), emptyLine()]);
  expect(both).toEqual({ seconds: [], columns: [[], [], [], [], [], []] });
});
