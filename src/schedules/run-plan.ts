import { createHash } from 'node:crypto';
import type { Job, Step } from './job.ts';
import type { NewRun } from './ledger.ts';
import type { RunCause } from './run-record.ts';

const secondMs = 1_000;

/** Tells whether a job's steps are the same as before. */
export function planOf({ steps }: Job): string {
  return createHash('sha256').update(JSON.stringify(steps)).digest('base64');
}

/** What steps may take at most, each in its time. */
export function longestMs(steps: readonly Step[]): number {
  const seconds = steps.map((step) => {
    if (step.do === 'wait') return step.forS;
    // Reading where it begins, and the last value.
    if (step.do === 'ramp') return step.overS + 2 * step.timeoutS;
    return 'timeoutS' in step ? step.timeoutS : 0;
  });
  return seconds.reduce((sum, each) => sum + each, 0) * secondMs;
}

/** A run as the ledger takes it. @param by who let it run */
export function newRun(
  { job, cause, dueMs }: { readonly job: Job; readonly cause: RunCause; readonly dueMs: number },
  by: string,
): NewRun {
  const { name, kind, delivery } = job;
  return { job: name, kind, cause, dueMs, by, delivery, plan: planOf(job) };
}
