import { describe, expect, test } from 'vitest';

import {
  axisUnit,
  formatNumber,
  formatQuantity,
  formatTicks,
  unprefixed,
} from '../../../dashboard/src/plots/units.ts';

describe('a value with its unit', () => {
  test.each([
    [0.0123, 'V', '12.3', 'mV'],
    [1_234_567, 'Hz', '1.2346', 'MHz'],
    [1_205.4, 'GH/s', '1.2054', 'TH/s'],
    [0.45, 'GH/s', '450', 'MH/s'],
    [0.000_001_5, 'A', '1.5', 'µA'],
    [999.999, 'W', '1', 'kW'],
    [0, 'V', '0', 'V'],
    [-5_200, 'V', '−5.2', 'kV'],
    [50_000, 'mln/min', '50\u{202f}000', 'mln/min'],
    [1_234_567, '', '1\u{202f}234\u{202f}567', ''],
    [63.25, '°C', '63.25', '°C'],
    [0.5, 'B', '0.5', 'B'],
    [1_500_000, 'B', '1.5', 'MB'],
    [2.5e12, '', '2.5·10¹²', ''],
    [0.000_02, '%', '2·10⁻⁵', '%'],
  ])('%d %s is shown as %s %s', (value, unit, text, shown) => {
    const digits = text.length > 8 ? 7 : undefined;
    expect(formatQuantity(value, unit, digits)).toEqual({ text, unit: shown });
  });

  test('what is no number is told as such', () => {
    expect([Number.NaN, Infinity, -Infinity].map((value) => formatNumber(value))).toEqual([
      '–',
      '∞',
      '−∞',
    ]);
  });

  test('a unit is taken apart only where its letter is a prefix', () => {
    expect(unprefixed('kHz')).toEqual({ base: 'Hz', factor: 1e3 });
    expect(unprefixed('uA')).toEqual({ base: 'A', factor: 1e-6 });
    expect(unprefixed('m')).toEqual({ base: 'm', factor: 1 });
    expect(unprefixed('mm')).toEqual({ base: 'm', factor: 1e-3 });
    expect(unprefixed('min')).toBeUndefined();
    expect(unprefixed('ml/min')).toBeUndefined();
    expect(unprefixed('')).toBeUndefined();
  });

  test('all ticks of an axis are in one unit, and differ', () => {
    const volts = [0.002, 0.0025, 0.003, 0.0035];
    expect(formatTicks(volts, axisUnit(0.0035, 'V'))).toEqual(['2', '2.5', '3', '3.5']);
    const near = [1_000.001, 1_000.002, 1_000.003];
    expect(new Set(formatTicks(near, { factor: 1, unit: '' })).size).toBe(3);
  });
});
