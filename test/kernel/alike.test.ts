import { expect, it } from 'vitest';
import { alike, alikeMost, didYouMean } from '../../src/kernel/index.ts';

const names = ['setpoint', 'setpointSlope', 'fMeasure', 'measure', 'fluidName', 'userTag'];

it.each([
  ['setpont', ['setpoint']],
  ['stepoint', ['setpoint']],
  ['SETPOINT', ['setpoint']],
  ['setpointS', ['setpoint', 'setpointSlope']],
  ['measur', ['measure', 'fMeasure']],
  ['usertagg', ['userTag']],
  ['pressure', []],
  ['', []],
])('of %s suggests %j', (wanted, expected) => {
  expect(alike(wanted, names)).toEqual(expected);
});

it('suggests no more than a person reads, and what is alike only', () => {
  const many = Array.from({ length: 100 }, (_, index) => `port-${index}`);
  expect(alike('port', many)).toHaveLength(alikeMost);
  expect(didYouMean('meter', ['meters', 'bus'])).toBe('; did you mean meters?');
  expect(didYouMean('meter', ['bus'])).toBe('');
});

it('takes no time over words that are no names', () => {
  expect(alike('x'.repeat(1_000_000), ['y'.repeat(1_000_000), 'x'])).toEqual([]);
});
