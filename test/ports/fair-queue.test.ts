import { assert, array, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue, passedOverMost } from '../../src/ports/fair-queue.ts';
import type { Priority } from '../../src/ports/index.ts';

interface Item {
  readonly priority: Priority;
  readonly ownerId: string;
  readonly number: number;
}

const anybody = (): boolean => true;
const priority = constantFrom<Priority[]>('safety', 'interactive', 'poll');

describe('the line of a port', () => {
  it('serves the first of the lowest priority within a bound, whatever else comes', () => {
    assert(
      property(array(record({ priority, owner: integer({ min: 0, max: 5 }) })), (flood) => {
        const queue = new FairQueue<Item>();
        const poll: Item = { priority: 'poll', ownerId: 'patient', number: -1 };
        queue.push(poll);
        let turns = 0;
        for (const [number, { priority: urgency, owner }] of [...flood, ...flood].entries()) {
          // Others of the same priority take turns with it; those of higher ones come on top.
          const ownerId = urgency === 'poll' ? 'patient' : `owner-${owner}`;
          queue.push({ priority: urgency, ownerId, number });
          queue.push({ priority: 'interactive', ownerId: 'greedy', number });
          turns += 1;
          if (queue.take(anybody) === poll) {
            expect(turns).toBeLessThanOrEqual(passedOverMost + 1);
            return;
          }
        }
        expect(turns).toBeLessThanOrEqual(passedOverMost);
      }),
    );
  });

  it('gives owners of one priority the same number of turns', () => {
    const queue = new FairQueue<Item>();
    for (let number = 0; number < 300; number += 1) {
      for (const ownerId of ['a', 'b', 'c']) queue.push({ priority: 'poll', ownerId, number });
      if (number % 3 === 0) queue.push({ priority: 'poll', ownerId: 'a', number });
    }
    const turns: Record<string, number> = {};
    for (let turn = 0; turn < 300; turn += 1) {
      const { ownerId } = queue.take(anybody) ?? { ownerId: 'nobody' };
      turns[ownerId] = (turns[ownerId] ?? 0) + 1;
    }
    expect(turns).toEqual({ a: 100, b: 100, c: 100 });
  });

  it('keeps the order of each owner, passes over who may not go, and loses nobody', () => {
    assert(
      property(
        array(record({ priority, owner: integer({ min: 0, max: 4 }) }), { maxLength: 60 }),
        integer({ min: 0, max: 4 }),
        (pushed, barred) => {
          const queue = new FairQueue<Item>();
          for (const [number, each] of pushed.entries()) {
            queue.push({ priority: each.priority, ownerId: `owner-${each.owner}`, number });
          }
          const last = new Map<string, number>();
          for (;;) {
            const item = queue.take(({ ownerId }) => ownerId !== `owner-${barred}`);
            if (item === undefined) break;
            const line = `${item.ownerId}/${item.priority}`;
            expect(item.number).toBeGreaterThan(last.get(line) ?? -1);
            last.set(line, item.number);
          }
          expect(queue.size).toBe(pushed.filter(({ owner }) => owner === barred).length);
        },
      ),
    );
  });
});
