import { describe, expect, test } from 'vitest';

import { csvOf } from '../../../dashboard/src/pages/ports/traffic-export.ts';
import { passes } from '../../../dashboard/src/pages/ports/traffic-filter.ts';
import { exchangesMost, merged } from '../../../dashboard/src/pages/ports/merge-traffic.ts';
import { exchangeOf } from './reports.ts';

describe('the filter of traffic', () => {
  const exchange = exchangeOf(17, { scope: 'node 3', outcome: 'INSTRUMENT_TIMEOUT' });
  test.each([
    '',
    'ada',
    '4711',
    'VOLTAGE',
    'node 3',
    '1.5',
    'timeout',
    '#17',
    '3a06',
    '06 03',
    '2E:35',
  ])('finds %j', (text) => {
    expect(passes(exchange, { text, isFailuresOnly: false })).toBe(true);
  });
  test.each(['bob', '#18', 'ff', 'node 5'])('does not find %j', (text) => {
    expect(passes(exchange, { text, isFailuresOnly: false })).toBe(false);
  });
  test('keeps failures only when they alone are wanted, late replies among them', () => {
    const isFailuresOnly = true;
    expect(passes(exchangeOf(1), { text: '', isFailuresOnly })).toBe(false);
    expect(passes(exchangeOf(1, { outcome: 'late' }), { text: '', isFailuresOnly })).toBe(true);
    expect(passes(exchange, { text: '', isFailuresOnly })).toBe(true);
  });
});

describe('traffic that is saved as CSV', () => {
  const rowOf = (text: string): string | undefined =>
    csvOf([exchangeOf(1, { reply: { hex: '', text } })]).split('\r\n')[1];
  test('has a heading and a row for each exchange', () => {
    const [head, first, second, ...rest] = csvOf([exchangeOf(1), exchangeOf(2)]).split('\r\n');
    expect(head?.split(',').length).toBe(first?.split(',').length);
    expect([first?.slice(0, 2), second?.slice(0, 2), rest]).toEqual(['1,', '2,', ['']]);
  });
  test('keeps commas, quotes and ends of lines inside of their field', () => {
    expect(rowOf('a,"b"')).toContain('"a,""b"""');
    expect(csvOf([exchangeOf(1, { label: 'a\nb' })])).toContain('"a\nb"');
  });
  test.each(['=1+1', '+1', '-1', '@x', '\tx'])('lets no spreadsheet run %j', (text) => {
    expect(rowOf(text)).toContain(`'${text}`);
  });
});

describe('traffic that comes', () => {
  const sequences = (of: readonly { readonly sequence: number }[]): number[] =>
    of.map(({ sequence }) => sequence);
  test('is put behind what there is, each exchange once', () => {
    const kept = [exchangeOf(1), exchangeOf(2)];
    expect(sequences(merged(kept, [exchangeOf(2), exchangeOf(3)]))).toEqual([1, 2, 3]);
    expect(sequences(merged(kept, []))).toEqual([1, 2]);
  });
  test('of a port that began anew takes the place of what was before', () => {
    expect(sequences(merged([exchangeOf(900)], [exchangeOf(0), exchangeOf(1)]))).toEqual([0, 1]);
  });
  test('is bounded: the oldest goes', () => {
    const all = Array.from({ length: exchangesMost + 5 }, (_, index) => exchangeOf(index));
    const kept = merged([], all);
    expect([kept.length, kept[0]?.sequence]).toEqual([exchangesMost, 5]);
  });
});
