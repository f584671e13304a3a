import { expect, test } from 'vitest';

import {
  formatAge,
  formatLength,
  formatMoment,
  formatTickTimes,
} from '../../../dashboard/src/plots/time-format.ts';

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

test('a moment and lengths of time in words', () => {
  expect(formatMoment(at(7, 4, 9))).toBe('2026-11-30 07:04:09');
  expect(formatMoment(at(7, 4, 9, 50))).toBe('2026-11-30 07:04:09.050');
  expect([500, 12_345, 200_000, 7_300_000, 4 * 86_400_000].map(formatLength)).toEqual([
    '500 ms',
    '12 s',
    '3 min',
    '2 h',
    '4 d',
  ]);
  expect(formatAge(900)).toBe('now');
  expect(formatAge(61_000)).toBe('1 min ago');
});
