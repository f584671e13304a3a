import { describe, expect, test } from 'vitest';

import type { ParameterReport } from '../../../src/client/index.ts';
import {
  checkInput,
  limitsText,
  typedOf,
} from '../../../dashboard/src/pages/instruments/check-input.ts';
import { checkLimits } from '../../../src/instruments/check-value.ts';

const parameter = (more: Partial<ParameterReport>): ParameterReport => ({
  name: 'level',
  title: 'Level',
  type: 'float',
  access: 'read-write',
  ...more,
});

describe('what was typed', () => {
  test.each([
    ['1.5', 1.5],
    ['-2e3', -2_000],
    ['−7', -7],
    ['.5', 0.5],
    ['0x1f', 31],
    [' 3 ', 3],
  ])('%s is a number', (typed, value) => {
    expect(checkInput(parameter({}), typed)).toEqual({ value });
  });

  test.each(['', 'abc', '1,5', '1.2.3', 'Infinity', 'NaN', '1e999', '0x', '--1', '1 000'])(
    '‘%s’ is none, and is told of',
    (typed) => {
      expect(checkInput(parameter({}), typed)).toEqual({ problem: expect.any(String) });
    },
  );

  test('a whole number and its limits are what the gateway asks for too', () => {
    const level = parameter({ type: 'integer', minimum: 0, maximum: 100, unit: '%' });
    for (const typed of ['-1', '0', '50', '100', '101', '1.5']) {
      const { value, problem } = {
        value: undefined,
        problem: undefined,
        ...checkInput(level, typed),
      };
      const isRefused = (): void => checkLimits(level, Number(typed));
      if (problem === undefined) expect(isRefused).not.toThrow();
      else expect(isRefused).toThrow();
      if (problem === undefined) expect(value).toBe(Number(typed));
    }
    expect(limitsText(level)).toBe('0 to 100 %');
  });

  test('texts and bytes are measured as they travel', () => {
    const tag = parameter({ type: 'string', longest: 3 });
    expect(checkInput(tag, 'abc')).toEqual({ value: 'abc' });
    expect(checkInput(tag, 'äb')).toEqual({ value: 'äb' });
    expect(checkInput(tag, 'äöü')).toEqual({ problem: expect.stringContaining('this is 6') });
    const bytes = parameter({ type: 'binary', longest: 2 });
    expect(checkInput(bytes, '0a FF')).toEqual({ value: Uint8Array.of(10, 255) });
    expect(checkInput(bytes, '0a0')).toEqual({ problem: expect.any(String) });
    expect(checkInput(bytes, '010203')).toEqual({ problem: expect.any(String) });
    expect(typedOf(Uint8Array.of(10, 255))).toBe('0a ff');
  });

  test('on and off are chosen, not guessed', () => {
    const on = parameter({ type: 'boolean' });
    expect(checkInput(on, 'true')).toEqual({ value: true });
    expect(checkInput(on, 'false')).toEqual({ value: false });
    expect(checkInput(on, '')).toEqual({ problem: expect.any(String) });
  });
});
