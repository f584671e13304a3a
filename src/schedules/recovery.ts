import type { Clock, Emitter } from '../kernel/index.ts';
import { onTimeMs } from './due-runs.ts';
import type { Job } from './job.ts';
import type { Ledger, OpenRun } from './ledger.ts';
import type { RunDesk } from './run-desk.ts';
import { longestMs, planOf } from './run-plan.ts';
import type { ScheduleBook } from './schedule-book.ts';
import type { ScheduleEvents } from './schedule-events.ts';

/** A run that is to be done at least once is begun so often at most: it may be what ends the gateway. */
export const attemptsMost = 10;

export interface RecoveryOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly events: Emitter<ScheduleEvents>;
  readonly book: ScheduleBook;
  readonly desk: RunDesk;
}

/** What becomes of a run that the end of the gateway cut short. */
type Recovery =
  | { readonly goesOn: true; readonly firstStep: number }
  /** It is given up, and this is why. */
  | { readonly goesOn: false; readonly reason: string };

/** After a start: goes on with the runs that the end cut short, or gives them up. */
export function recoverRuns(options: RecoveryOptions): void {
  for (const run of options.ledger.openRuns()) recover(run, options);
}

function recover(run: OpenRun, { clock, ledger, events, book, desk }: RecoveryOptions): void {
  const atMs = clock.now();
  if (run.cause === 'snooze') {
    // What was snoozed is known besides, and rings again.
    ledger.ended(run.id, 'interrupted', atMs, { reason: 'the gateway ended' });
    return;
  }
  const entry = book.entries.get(run.job);
  const job = entry?.fault === undefined ? entry?.job : undefined;
  const recovery = recoveryOf(run, job, atMs, Math.max(onTimeMs, job?.graceMs ?? 0));
  const { id: runId, kind, cause } = run;
  if (recovery.goesOn && job !== undefined) {
    desk.begin({ job, runId, cause, firstStep: recovery.firstStep });
    return;
  }
  const reason = recovery.goesOn ? '' : recovery.reason;
  ledger.ended(runId, 'interrupted', atMs, { reason });
  events.emit('run', {
    job: run.job,
    kind,
    runId,
    cause,
    state: 'interrupted',
    reason,
    atMs,
  });
  desk.notify(run.job, 'warn', `${kind} ${run.job} was interrupted: ${reason}`);
}

/**
 * Whether a run that was cut short goes on, and from which step.
 * @param job what it is now; undefined when it is there no more or cannot be run
 * @param lateMostMs so late it would have been begun
 */
function recoveryOf(
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
