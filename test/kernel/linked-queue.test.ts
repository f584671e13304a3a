import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkedQueue } from '../../src/kernel/index.ts';
import type { QueueNode } from '../../src/kernel/index.ts';

type Step =
  | { readonly kind: 'push' }
  | { readonly kind: 'shift' }
  /** Takes away the place of any item that was ever pushed. */
  | { readonly kind: 'remove'; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'push' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'shift' } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }) },
);

/** Runs steps on a queue and on a plain list, which must agree after each. */
function follow(steps: readonly Step[]): void {
  const queue = new LinkedQueue<number>();
  const list: number[] = [];
  const places: QueueNode<number>[] = [];
  for (const each of steps) {
    if (each.kind === 'push') {
      list.push(places.length);
      places.push(queue.push(places.length));
    } else if (each.kind === 'shift') {
      expect(queue.shift()).toBe(list.shift());
    } else if (places.length > 0) {
      const place = places[each.which % places.length]!;
      const at = list.indexOf(place.item);
      expect(queue.remove(place)).toBe(at >= 0);
      if (at >= 0) list.splice(at, 1);
    }
    expect([...queue]).toEqual(list);
    expect([queue.size, queue.first]).toEqual([list.length, list[0]]);
  }
}

describe('a linked queue', () => {
  it('is a list whatever is pushed, shifted and removed, also twice', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), follow), { numRuns: 1_000 });
  });

  it('is empty after everything left it, and can be used again', () => {
    const queue = new LinkedQueue<string>();
    const place = queue.push('a');
    expect(queue.remove(place)).toBe(true);
    expect([queue.size, queue.first, queue.shift()]).toEqual([0, undefined, undefined]);
    queue.push('b');
    expect([...queue]).toEqual(['b']);
  });

  it('leaves out what is removed while somebody goes through it, and nothing else', () => {
    const removals = fc.array(fc.tuple(fc.nat(14), fc.uniqueArray(fc.nat(14))), { maxLength: 6 });
    fc.assert(
      fc.property(removals, (all) => {
        const queue = new LinkedQueue<number>();
        const places = Array.from({ length: 15 }, (_, item) => queue.push(item));
        const removed = new Set<number>();
        const given: number[] = [];
        for (const item of queue) {
          expect(removed.has(item)).toBe(false);
          given.push(item);
          for (const [at, gone] of all) {
            if (at !== item) continue;
            for (const each of gone) {
              queue.remove(places[each]!);
              removed.add(each);
            }
          }
        }
        const kept = places.map(({ item }) => item).filter((item) => !removed.has(item));
        expect(given.filter((item) => !removed.has(item))).toEqual(kept);
      }),
      { numRuns: 1_000 },
    );
  });
});
