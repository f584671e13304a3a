import type { Job } from './job.ts';
import type { OpenRun } from './ledger.ts';
import { longestMs, planOf } from './run-plan.ts';

/** A run that is to be done at least once is begun so often at most: it may be what ends the gateway. */
export const attemptsMost = 10;

/** What becomes of a run that the end of the gateway cut short. */
export type Recovery =
  | { readonly goesOn: true; readonly firstStep: number }
  /** It is given up, and this is why. */
  | { readonly goesOn: false; readonly reason: string };

/**
 * Whether a run that was cut short goes on, and from which step.
 * @param job what it is now; undefined when it is there no more or cannot be run
 * @param lateMostMs so late it would have been begun
 */
export function recoveryOf(
  run: OpenRun,
  job: Job | undefined,
  nowMs: number,
  lateMostMs: number,
): Recovery {
  const ended = 'the gateway ended while it ran';
  if (run.delivery === 'at-most-once') return givenUp(ended);
  if (job === undefined || planOf(job) !== run.plan) {
    return givenUp(`${ended}, and its steps are others now`);
  }
  if (run.attempts >= attemptsMost) return givenUp(`${ended}, for the ${run.attempts}th time`);
  const lateMs = nowMs - run.dueMs;
  // On its way it may have been for as long as its steps take.
  if (lateMs > lateMostMs + longestMs(job.steps)) {
    return givenUp(`${ended}, and is back ${Math.round(lateMs / 1_000)} s after its time`);
  }
  const done = new Set(
    run.steps.filter(({ state }) => state === 'done').map((each) => each.number),
  );
  let firstStep = 0;
  while (done.has(firstStep)) firstStep += 1;
  return { goesOn: true, firstStep };
}

function givenUp(reason: string): Recovery {
  return { goesOn: false, reason };
}
