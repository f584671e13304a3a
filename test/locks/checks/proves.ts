import { expect, it } from 'vitest';
import * as locks from '../../../src/locks/index.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import type { Check, Locks } from './locks-under-test.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';

/** A planted bug that is not seen in so many runs counts as missed. */
const runsForABug = 3_000;
const timeoutMs = 280_000;

export interface Proving {
  readonly promise: string;
  /** What is run, for the titles. */
  readonly what: string;
  readonly check: Check;
  readonly times: number;
  /** How many attempts to break the promise one run makes. @default 1 */
  readonly each?: number;
  readonly bugs: readonly Mutant[];
}

/** The tests that a check passes on the real room, and fails on each planted bug. */
export function proves({ promise, what, check, times, each = 1, bugs }: Proving): void {
  let caught = 0;

  it.each(bugs)(
    'show when $bug',
    async (mutant) => {
      using plantation = new Plantation();
      const wrong = await firstWrong(
        check,
        await plantation.plant<Locks>('locks', mutant),
        runsForABug,
      );
      if (wrong !== undefined) caught += 1;
      expect(wrong).toBeDefined();
    },
    timeoutMs,
  );

  it(
    'keep its promises',
    async () => {
      expect(await firstWrong(check, locks, times)).toBeUndefined();
      const planted = bugs.length;
      const test = `${what} keep its promises`;
      recordProof({ promise, test, count: times * each, planted, caught });
    },
    timeoutMs,
  );
}

/** The first run that goes wrong, and how. */
async function firstWrong(check: Check, room: Locks, times: number): Promise<string | undefined> {
  for (let run = 0; run < times; run += 1) {
    const wrong = await check(room, randomFrom(run));
    if (wrong !== undefined) return `seed ${seed}, run ${run}: ${wrong}`;
  }
  return undefined;
}
