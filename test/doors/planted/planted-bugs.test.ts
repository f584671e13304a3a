import { describe, expect, it } from 'vitest';
import * as doors from '../../../src/doors/index.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { seed } from '../../support/seed.ts';
import { bugsOfDoors, bugsOfSessions } from './bugs.ts';
import { checkDoors, deedsOfARound } from './check-doors.ts';
import type { DoorsRoom } from './doors-under-check.ts';

const bugs = [
  ...bugsOfDoors.map((mutant) => ({ ...mutant, room: 'doors' })),
  ...bugsOfSessions.map((mutant) => ({ ...mutant, room: 'sessions' })),
];
/** Each round does everything once; what depends on who is drawn comes with the rounds. */
const roundsWithBug = 40;
/** A bug shows as an endless wait, too, which need not be waited for as a busy machine is. */
const patienceWithBugMs = 1_000;

describe('clients at HiSLIP and VXI-11 doors that do anything in any order', () => {
  let caught = 0;

  it.each(bugs)('show when $bug', async ({ room, ...mutant }) => {
    using plantation = new Plantation();
    const planted = await plantation.plant<DoorsRoom>(room, mutant, 'doors');
    const check = { rounds: roundsWithBug, salt: 1, patienceMs: patienceWithBugMs };
    expect(await checkDoors(planted, check), `seed ${seed}`).toBeDefined();
    caught += 1;
  });

  it('see each what it must see, and nothing is left', async () => {
    const rounds = count(300);
    const check = { rounds, salt: 0, patienceMs: 15_000 };
    expect(await checkDoors(doors, check), `seed ${seed}`).toBeUndefined();
    recordProof({
      promise: 'A reply goes to its request or to nobody',
      test: 'clients at HiSLIP and VXI-11 doors see each what it must see, and nothing is left',
      count: rounds * deedsOfARound,
      planted: bugs.length,
      caught,
    });
  }, 900_000);
});
