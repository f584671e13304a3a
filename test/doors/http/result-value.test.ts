import { describe, expect, it } from 'vitest';
import { resultValue, resultValuesMost } from '../../../src/doors/http/result-value.ts';
import { ShapedArray } from '../../../src/protocols/index.ts';

describe('the result of a function over HTTP', () => {
  it.each<[unknown, unknown]>([
    [null, null],
    ['text', 'text'],
    [new Float32Array([0.5, 1]), [0.5, 1]],
    [new Uint8Array([1, 255]), [1, 255]],
    [new BigInt64Array([-3n]), [-3]],
    [
      new ShapedArray(new Int16Array([1, 2, 3, 4, 5, 6]), [2, 3]),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [new ShapedArray(new Uint8Array([1, 0]), [2], '|b1'), [true, false]],
    [new ShapedArray(new Float64Array([7]), []), 7],
    [{ deep: [{ volts: new Float64Array([1]) }] }, { deep: [{ volts: [1] }] }],
  ])('turns %o into plain JSON', (result, plain) => {
    expect(resultValue(result)).toEqual(plain);
  });

  it('has null for what JSON has no number for', () => {
    const result = resultValue(new Float64Array([Number.NaN, Infinity, 1]));
    expect(JSON.stringify(result)).toBe('[null,null,1]');
  });

  it('has a bound, and says so before anything is written', () => {
    expect(resultValue(new Uint8Array(resultValuesMost))).toHaveLength(resultValuesMost);
    expect(() => resultValue(new Uint8Array(resultValuesMost + 1))).toThrow(/more than/);
    const half = new Uint8Array(resultValuesMost / 2);
    expect(() => resultValue({ one: half, other: half })).toThrow(/more than/);
    let nested: unknown = 1;
    for (let depth = 0; depth < 70; depth += 1) nested = [nested];
    expect(() => resultValue(nested)).toThrow(/nested deeper/);
  });
});
