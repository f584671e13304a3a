import { describe, expect, test } from 'vitest';

import { blockLength, SampleBuffer } from '../../../dashboard/src/plots/sample-buffer.ts';
import type { Extent } from '../../../dashboard/src/plots/sample-buffer.ts';
import { randomFrom } from '../../support/random.ts';

describe('a buffer of samples', () => {
  test('keeps the newest when it is full, in order', () => {
    const buffer = new SampleBuffer(1_000);
    for (let index = 0; index < 10_000; index += 1) buffer.push(index, index * 2);
    expect(buffer.length).toBeLessThanOrEqual(buffer.capacity);
    expect(buffer.length).toBeGreaterThan(buffer.capacity / 2);
    expect(buffer.newestMs).toBe(9_999);
    const { times, values } = buffer;
    const first = times[0] ?? 0;
    expect(Array.from(times)).toEqual(Array.from(times, (_, index) => first + index));
    expect(values.every((value, index) => value === (times[index] ?? 0) * 2)).toBe(true);
  });

  test('leaves out what is not newer than its newest', () => {
    const buffer = new SampleBuffer();
    expect(buffer.push(10, 1)).toBe(true);
    expect(buffer.push(10, 2)).toBe(false);
    expect(buffer.push(9, 3)).toBe(false);
    expect(buffer.push(Number.NaN, 3)).toBe(false);
    expect(Array.from(buffer.values)).toEqual([1]);
  });

  test('has one gap however often it is told of one', () => {
    const buffer = new SampleBuffer();
    expect(buffer.pushGap(1)).toBe(false);
    buffer.push(2, 5);
    expect(buffer.pushGap(3)).toBe(true);
    expect(buffer.pushGap(4)).toBe(false);
    expect(Array.from(buffer.values)).toEqual([5, Number.NaN]);
  });

  test('says the least and greatest of any stretch as a plain search does, also after it moved', () => {
    const random = randomFrom();
    const buffer = new SampleBuffer(40 * blockLength);
    for (let index = 0; index < 100 * blockLength + 17; index += 1) {
      buffer.push(index, random() < 0.1 ? Number.NaN : random() * 2 - 1);
    }
    const { values, length } = buffer;
    const extent: Extent = { least: 0, greatest: 0 };
    for (let round = 0; round < 300; round += 1) {
      const from = Math.floor(random() * length);
      const to = from + Math.floor(random() * (length - from + 1));
      const there = Array.from(values.subarray(from, to)).filter((value) => !Number.isNaN(value));
      buffer.extent(from, to, extent);
      const nothing = there.length === 0;
      expect(extent.least).toBe(nothing ? Number.NaN : Math.min(...there));
      expect(extent.greatest).toBe(nothing ? Number.NaN : Math.max(...there));
    }
  });

  test('finds the first sample that is not before a time', () => {
    const buffer = SampleBuffer.of([10, 20, 30], [1, 2, 3]);
    expect([5, 10, 11, 30, 31].map((atMs) => buffer.firstFrom(atMs))).toEqual([0, 0, 1, 2, 3]);
  });
});
