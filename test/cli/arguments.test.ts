import { describe, expect, it } from 'vitest';
import { baudRates, milliseconds, wholeNumber } from '../../src/cli/arguments.ts';
import { duration } from '../../src/cli/duration.ts';
import { printable } from '../../src/cli/printable.ts';
import { table, wrapped } from '../../src/cli/table.ts';
import { printedValue, typedValue } from '../../src/cli/value.ts';
import type { ParameterReport } from '../../src/client/index.ts';

describe('what people type', () => {
  it.each([
    ['500', 500],
    ['500ms', 500],
    ['1.5s', 1_500],
    ['2 s', 2_000],
    ['5min', 300_000],
    ['24h', 86_400_000],
    ['0', 0],
  ])('%s is %d ms', (text, ms) => expect(milliseconds(text)).toBe(ms));

  it.each(['', 'soon', '-1', '1e3', '25h', '5 parsecs', '0x10', 'NaN', 'Infinity'])(
    "'%s' is no time",
    (text) => expect(() => milliseconds(text)).toThrow(/500ms, 2s or 5min/),
  );

  it('a count is a whole number within its bounds', () => {
    expect(wholeNumber(0)('0')).toBe(0);
    for (const text of ['-1', '1.5', '', 'x', '11', '99999999999999999999']) {
      expect(() => wholeNumber(0, 10)(text)).toThrow(/from 0 to 10/);
    }
  });

  it('baud rates have commas between', () => {
    expect(baudRates('38400,9600')).toEqual([38_400, 9_600]);
    for (const text of ['', '9600,', '9600;19200', '1', 'fast']) {
      expect(() => baudRates(text)).toThrow(/38400,9600/);
    }
  });

  it('a value becomes what its parameter takes, or is refused with what that is', () => {
    const of = (type: ParameterReport['type']): ParameterReport => ({
      name: 'x',
      title: 'X',
      type,
      access: 'read-write',
    });
    expect(typedValue('-2.5e3', of('float'))).toBe(-2_500);
    expect(typedValue('on', of('boolean'))).toBe(true);
    expect(typedValue('No', of('boolean'))).toBe(false);
    expect(typedValue('0aFF', of('binary'))).toEqual(Uint8Array.of(10, 255));
    expect(typedValue(' 12 ', of('string'))).toBe(' 12 ');
    for (const [text, type] of [
      ['', 'float'],
      ['12 V', 'float'],
      ['Infinity', 'integer'],
      ['maybe', 'boolean'],
      ['abc', 'binary'],
    ] as const) {
      expect(() => typedValue(text, of(type))).toThrow(/^x is /);
    }
    expect(printedValue(0.1 + 0.2)).toBe('0.3');
    expect(printedValue(Uint8Array.of(10, 255))).toBe('0aff');
  });
});

describe('what people read', () => {
  it('spans have the unit that people think in', () => {
    const spans = [0.4, 42, 4_200, 180_000, 7_200_000, 259_200_000].map(duration);
    expect(spans).toEqual(['0.4 ms', '42 ms', '4.2 s', '3 min', '2 h', '3 days']);
  });

  it('columns are as wide as they need to be, and only the last is cut', () => {
    const rows = [
      ['a', 'an address that people copy', 'one two three four five six'],
      ['bb', '', ''],
    ];
    expect(table(['N', 'ADDRESS', 'WHY'], rows, 57)).toBe(
      [
        'N   ADDRESS                      WHY',
        'a   an address that people copy  one two three four five',
        `${' '.repeat(33)}six`,
        'bb',
      ].join('\n'),
    );
    expect(table(['N', 'WHY'], [['a', 'x'.repeat(100)]], 20)).toContain('x'.repeat(100));
    expect(wrapped('', 10)).toEqual(['']);
  });

  it('nothing steers a terminal', () => {
    const escape = String.fromCodePoint(0x1b);
    expect(printable(`a\tb${escape}]0;title\u0007\u009bK\r\n`)).toBe(
      'a b\\x1b]0;title\\x07\\x9bK\\x0d\\x0a',
    );
    expect(table(['A'], [[`${escape}[2J`]])).not.toContain(`${escape}[2J`);
  });
});
