import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { checkStep } from './check-step.ts';
import { Crew } from './crew.ts';
import { deafRoom } from './rooms.ts';
import { stepBugs } from './step-bugs.ts';
import { steps } from './steps.ts';
import type { Step } from './steps.ts';
import type { Mutant } from '../../support/plantation.ts';

describe('a thread that dies between two steps', () => {
  const crew = new Crew(1);
  const plantation = new Plantation();
  const room = deafRoom(plantation);
  let caught = 0;
  let died = 0;

  beforeEach(() => crew.complete());
  afterAll(async () => {
    plantation[Symbol.dispose]();
    await crew[Symbol.asyncDispose]();
  });

  const check = async (step: Step, bug?: Mutant): Promise<string | undefined> => {
    const [sleeper] = crew.threads;
    if (sleeper === undefined) throw new RangeError('there is nobody to wait');
    return await checkStep({
      lock: step.lock,
      deed: step.deed,
      deadly: deafRoom(plantation, step),
      room: bug === undefined ? room : deafRoom(plantation, bug),
      sleeper,
      stuckMs: bug === undefined ? 10_000 : 700,
    });
  };

  it.each(stepBugs)('is missed when $bug', async (bug) => {
    const step = steps.find((step) => step.bug === bug.step);
    if (step === undefined) throw new RangeError(`there is no step where ${bug.step}`);
    expect(await check(step, bug)).toBeDefined();
    caught += 1;
  });

  it.each(steps)('is not missed where $bug', async (step) => {
    expect(await check(step)).toBeUndefined();
    died += 1;
  });

  it('is missed by nobody', () => {
    expect(died).toBe(steps.length);
    recordProof({
      promise: 'A thread may die anywhere, and leaves nothing locked',
      test: 'a thread that dies between two steps is missed by nobody',
      count: died,
      planted: stepBugs.length,
      caught,
    });
  });
});
