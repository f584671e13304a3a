import { describe } from 'vitest';
import { count } from '../support/count.ts';
import { checkMutex } from './checks/check-mutex.ts';
import { checkReadWriteLock } from './checks/check-read-write-lock.ts';
import { checkResourceLock } from './checks/check-resource-lock.ts';
import type { Check } from './checks/locks-under-test.ts';
import type { Mutant } from '../support/plantation.ts';
import { mutexBugs, readWriteBugs, resourceBugs } from './checks/planted-bugs.ts';
import { proves } from './checks/proves.ts';

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
  proves({ promise, what: `seeded schedules of a ${what}`, check, times: schedules, bugs });
});
