import { expect, test } from 'vitest';

import { formatMoment, formatTickTimes } from '../../../dashboard/src/plots/time-format.ts';

const at = (hour: number, minute = 0, second = 0, ms = 0): number =>
  new Date(2026, 10, 30, hour, minute, second, ms).getTime();

test('ticks say as much as tells them apart, and where a day begins', () => {
  expect(formatTickTimes([at(7), at(8)])).toEqual(['07:00', '08:00']);
  expect(formatTickTimes([at(7, 0, 5), at(7, 0, 10)])).toEqual(['07:00:05', '07:00:10']);
  expect(formatTickTimes([at(7), at(7, 0, 0, 20)])).toEqual(['07:00:00.000', '07:00:00.020']);
  expect(formatTickTimes([at(18), at(24), at(30)])).toEqual([
    '18:00',
    '2026-12-01\n00:00',
    '06:00',
  ]);
  expect(formatTickTimes([at(0), at(24)])).toEqual(['2026-11-30', '2026-12-01']);
});

test('a moment is told in full, with milliseconds where it has any', () => {
  expect(formatMoment(at(7, 4, 9))).toBe('2026-11-30 07:04:09');
  expect(formatMoment(at(7, 4, 9, 50))).toBe('2026-11-30 07:04:09.050');
});
