import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { checkContention } from './check-contention.ts';
import type { Contention } from './check-contention.ts';
import { Crew } from './crew.ts';
import { mutexBugs, tableBugs } from './contention-bugs.ts';
import { deafRoom, realRoom } from './rooms.ts';

const threadsWithThisOne = 4;
/** Most show in a few; where threads share one processor, they meet less often. */
const schedulesForABug = 1_500;

const cases = [
  {
    kind: 'mutex',
    what: 'a mutex that threads contend for',
    promise: 'Between threads, one at a time, and nobody is left asleep',
    bugs: mutexBugs,
  },
  {
    kind: 'table',
    what: 'a read-write lock that threads contend for',
    promise: 'Between threads, readers together or one writer, in alternating phases',
    bugs: tableBugs,
  },
] as const;

describe.each(cases)('$what', ({ kind, what, promise, bugs }) => {
  const crew = new Crew(threadsWithThisOne - 1);
  let caught = 0;

  beforeEach(() => crew.complete());
  afterAll(() => crew[Symbol.asyncDispose]());

  it.each(bugs)('shows when $bug', { timeout: 180_000 }, async (bug) => {
    using plantation = new Plantation();
    const room = deafRoom(plantation, bug);
    const contention = { kind, turns: 60, stuckMs: 700 };
    const wrong = await firstWrong(crew, room, contention, schedulesForABug);
    expect(wrong).toBeDefined();
    caught += 1;
  });

  it('keeps its promises', async () => {
    using plantation = new Plantation();
    const contention = { kind, turns: 60, stuckMs: 20_000 };
    const schedules = count(400);
    for (const room of [realRoom, deafRoom(plantation)]) {
      expect(await firstWrong(crew, room, contention, schedules / 2)).toBeUndefined();
    }
    const test = `${what} keeps its promises`;
    recordProof({ promise, test, count: schedules, planted: bugs.length, caught });
  });
});

/** What is wrong in the first schedule of so many in which something is. */
async function firstWrong(
  crew: Crew,
  room: string,
  contention: Contention,
  schedules: number,
): Promise<string | undefined> {
  for (let schedule = 0; schedule < schedules; schedule += 1) {
    const wrong = await checkContention(room, crew.threads, contention, randomFrom(schedule));
    if (wrong !== undefined) return `seed ${seed}, schedule ${schedule}: ${wrong}`;
  }
  return undefined;
}
