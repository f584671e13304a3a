import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { checkDeath } from './check-death.ts';
import { checkDeathAtWork } from './check-death-at-work.ts';
import { Crew } from './crew.ts';
import { deathBugs } from './death-bugs.ts';
import { deafRoom, realRoom } from './rooms.ts';

const deathsForABug = 60;

describe('locks of a thread that dies', () => {
  const crew = new Crew(2);
  let caught = 0;

  beforeEach(() => crew.complete());
  afterAll(() => crew[Symbol.asyncDispose]());

  const firstWrong = async (
    room: string,
    deaths: number,
    stuckMs: number,
  ): Promise<string | undefined> => {
    for (let death = 0; death < deaths; death += 1) {
      const check = death % 3 < 2 ? checkDeath : checkDeathAtWork;
      const wrong = await check(room, crew.threads, stuckMs, randomFrom(death));
      if (wrong !== undefined) return `seed ${seed}, death ${death}: ${wrong}`;
    }
    return undefined;
  };

  it.each(deathBugs)('show when $bug', async (bug) => {
    using plantation = new Plantation();
    expect(await firstWrong(deafRoom(plantation, bug), deathsForABug, 700)).toBeDefined();
    caught += 1;
  });

  it('are free for others, who are told', async () => {
    using plantation = new Plantation();
    const deaths = count(120);
    expect(await firstWrong(realRoom, deaths / 2, 20_000)).toBeUndefined();
    expect(await firstWrong(deafRoom(plantation), deaths / 2, 20_000)).toBeUndefined();
    recordProof({
      promise: 'What a thread holds is free when it dies, and the next holder is told',
      test: 'locks of a thread that dies are free for others, who are told',
      count: deaths,
      planted: deathBugs.length,
      caught,
    });
  });
});
