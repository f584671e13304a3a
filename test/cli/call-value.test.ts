import { describe, expect, it } from 'vitest';
import { namedArguments, printedResult } from '../../src/cli/call-value.ts';

describe('the arguments of a call', () => {
  it('are JSON where they can be, and text otherwise', () => {
    const texts = [
      'channel=1',
      'name=first',
      'window=[0, 0.5]',
      'on=true',
      'text="1"',
      'a=b=c',
      'none=',
    ];
    expect(namedArguments(texts)).toEqual({
      channel: 1,
      name: 'first',
      window: [0, 0.5],
      on: true,
      text: '1',
      a: 'b=c',
      none: '',
    });
  });

  it.each(['channel', '=1', ''])('have names: %j has none', (text) => {
    expect(() => namedArguments([text])).toThrow(/NAME=VALUE|no argument/);
  });
});

describe('a printed result', () => {
  it.each<[unknown, string[]]>([
    [null, ['nothing']],
    [1.5, ['1.5']],
    ['text', ['text']],
    [[1, 2], ['[1,2]']],
    [Array.from({ length: 100 }, (_, index) => index), ['100 values from 0 to 99: 0, 1, 2, … 99']],
    [{ volts: [0.5], channel: 1 }, ['volts    [0.5]', 'channel  1']],
    [Array.from({ length: 9 }, () => null), ['9 values: nothing, nothing, nothing, … nothing']],
    [{}, []],
  ])('of %j is short', (result, lines) => {
    expect(printedResult(result)).toEqual(lines);
  });
});
