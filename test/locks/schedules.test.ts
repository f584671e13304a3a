import { describe, expect, it } from 'vitest';
import * as locks from '../../src/locks/index.ts';
import { count } from '../support/count.ts';
import { recordProof } from '../support/proof.ts';
import { randomFrom } from '../support/random.ts';
import { seed } from '../support/seed.ts';
import { checkMutex } from './checks/check-mutex.ts';
import { checkReadWriteLock } from './checks/check-read-write-lock.ts';
import { checkResourceLock } from './checks/check-resource-lock.ts';
import type { Check, Locks } from './checks/locks-under-test.ts';
import { Plantation } from './checks/mutants.ts';
import type { Mutant } from './checks/mutants.ts';
import { mutexBugs, readWriteBugs, resourceBugs } from './checks/planted-bugs.ts';

/** A planted bug that is not seen in so many schedules counts as missed. */
const schedulesForABug = 3_000;
const timeoutMs = 280_000;

/** The first schedule that goes wrong, and how. */
async function firstWrong(
  check: Check,
  room: Locks,
  schedules: number,
): Promise<string | undefined> {
  for (let schedule = 0; schedule < schedules; schedule += 1) {
    const wrong = await check(room, randomFrom(schedule));
    if (wrong !== undefined) return `seed ${seed}, schedule ${schedule}: ${wrong}`;
  }
  return undefined;
}

interface Case {
  readonly what: string;
  readonly promise: string;
  readonly check: Check;
  readonly schedules: number;
  readonly bugs: readonly Mutant[];
}

const cases: readonly Case[] = [
  {
    what: 'mutex',
    promise: 'One at a time, first come first served, and every wait ends',
    check: checkMutex,
    schedules: count(40_000),
    bugs: mutexBugs,
  },
  {
    what: 'read-write lock',
    promise: 'Readers together or one writer, in alternating phases, and every wait ends',
    check: checkReadWriteLock,
    schedules: count(30_000),
    bugs: readWriteBugs,
  },
  {
    what: 'resource lock',
    promise: 'Every hold ends, and from then on its token moves no byte',
    check: checkResourceLock,
    schedules: count(30_000),
    bugs: resourceBugs,
  },
];

describe.each(cases)('seeded schedules of a $what', ({ what, promise, check, schedules, bugs }) => {
  const caught = new Map<string, string | undefined>();

  it.each(bugs)(
    'show when $bug',
    async (mutant) => {
      using plantation = new Plantation();
      const wrong = await firstWrong(check, await plantation.plant(mutant), schedulesForABug);
      caught.set(mutant.bug, wrong);
      expect(wrong).toBeDefined();
    },
    timeoutMs,
  );

  it(
    'keep its promises',
    async () => {
      expect(await firstWrong(check, locks, schedules)).toBeUndefined();
      recordProof({
        promise,
        test: `seeded schedules of a ${what} keep its promises`,
        count: schedules,
        planted: bugs.length,
        caught: [...caught.values()].filter((wrong) => wrong !== undefined).length,
      });
    },
    timeoutMs,
  );
});
