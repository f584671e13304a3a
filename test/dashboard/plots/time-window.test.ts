import { describe, expect, test } from 'vitest';

import {
  between,
  narrowestMs,
  panned,
  widthOf,
  zoomed,
} from '../../../dashboard/src/plots/time-window.ts';

const whole = { fromMs: 0, toMs: 100_000 };

describe('the window of a plot', () => {
  test('zooming keeps the moment under the pointer where it is', () => {
    const window = zoomed(whole, 0.5, 20_000, whole);
    expect(widthOf(window)).toBe(50_000);
    expect((20_000 - window.fromMs) / widthOf(window)).toBeCloseTo(0.2);
  });

  test('zooming in and out again leads back', () => {
    const window = zoomed(zoomed(whole, 0.5, 30_000), 2, 30_000);
    expect(window.fromMs).toBeCloseTo(0);
    expect(window.toMs).toBeCloseTo(100_000);
  });

  test('never leaves what there is, and never gets narrower than can be seen', () => {
    expect(zoomed(whole, 5, 50_000, whole)).toEqual(whole);
    expect(widthOf(zoomed(whole, 1e-9))).toBeCloseTo(narrowestMs);
    const late = { fromMs: 90_000, toMs: 100_000 };
    expect(panned(late, 0.5, whole)).toEqual(late);
    expect(panned(late, -0.5, whole)).toEqual({ fromMs: 85_000, toMs: 95_000 });
    expect(zoomed(late, 2, 99_000, whole).toMs).toBeLessThanOrEqual(100_000);
  });

  test('between two moments, whichever came first', () => {
    expect(between(9_000, 4_000)).toEqual({ fromMs: 4_000, toMs: 9_000 });
    expect(widthOf(between(5, 5))).toBe(narrowestMs);
  });
});
