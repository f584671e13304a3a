import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RingBuffer } from '../../src/kernel/index.ts';

describe('a ring buffer', () => {
  it('keeps the newest, oldest first, and counts what it dropped', () => {
    const capacities = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(capacities, fc.array(fc.integer(), { maxLength: 60 }), (capacity, items) => {
        const ring = new RingBuffer<number>(capacity);
        for (const [index, item] of items.entries()) {
          ring.push(item);
          const sofar = items.slice(0, index + 1);
          expect([...ring]).toEqual(sofar.slice(-capacity));
          expect(ring.size).toBe(Math.min(sofar.length, capacity));
          expect(ring.dropped).toBe(Math.max(0, sofar.length - capacity));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is empty at first', () => {
    const ring = new RingBuffer<number>(3);
    expect([[...ring], ring.size, ring.dropped, ring.capacity]).toEqual([[], 0, 0, 3]);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'does not exist with a capacity of %s',
    (capacity) => {
      expect(() => new RingBuffer(capacity)).toThrow(`the capacity is ${capacity}`);
    },
  );
});
