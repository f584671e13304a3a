import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueQueue } from '../../../src/telemetry/poller/due-queue.ts';
import { seed } from '../../support/seed.ts';

it('what is due comes in the order of its times, and nothing before its time', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 })),
      fc.integer({ max: 60 }),
      (times, now) => {
        const queue = new DueQueue<number>();
        for (const time of times) queue.add(time, time);
        const taken: number[] = [];
        for (let next = queue.takeDue(now); next !== undefined; next = queue.takeDue(now)) {
          taken.push(next);
        }
        const sorted = times.toSorted((a, b) => a - b);
        expect(taken).toEqual(sorted.filter((time) => time <= now));
        expect(queue.size).toBe(times.length - taken.length);
        expect(queue.nextMs).toBe(sorted.find((time) => time > now));
      },
    ),
    { seed },
  );
});
