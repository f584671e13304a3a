import { asSignalboxError } from '../kernel/index.ts';
import type { Clock, Emitter } from '../kernel/index.ts';
import type { AlarmDesk } from './alarm/alarm-desk.ts';
import type { Job } from './job.ts';
import type { Ledger } from './ledger.ts';
import { formatOccurrence } from './occurrences.ts';
import type { Occurrence } from './occurrences.ts';
import { unrecordedRun } from './run-desk.ts';
import type { RunDesk } from './run-desk.ts';
import { newRun } from './run-plan.ts';
import type { RunCause } from './run-record.ts';
import type { BookEntry, ScheduleBook } from './schedule-book.ts';
import type { ScheduleEvents } from './schedule-events.ts';
import type { SpentJobs } from './spent-jobs.ts';

/**
 * A run that could not start within so many ms of its time was missed: only policy says whether it is
 * caught up. Less is a busy machine.
 */
export const onTimeMs = 90_000;

export interface DueRunsOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly events: Emitter<ScheduleEvents>;
  readonly book: ScheduleBook;
  readonly desk: RunDesk;
  readonly alarms: AlarmDesk;
  readonly spent: SpentJobs;
}

/** Begins runs whose time has come: claims each time once, or says why it goes by without a run. */
export class DueRuns {
  readonly #options: DueRunsOptions;

  constructor(options: DueRunsOptions) {
    this.#options = options;
  }

  /** Deals with a time that has come. @throws what the ledger throws */
  begin(entry: BookEntry, occurrence: Occurrence): void {
    const { job } = entry;
    const nowMs = this.#options.clock.now();
    const lateMs = nowMs - occurrence.atMs;
    entry.passedMs = occurrence.atMs;
    const isOnTime = lateMs <= onTimeMs;
    if (!isOnTime && (job.missed === 'skip' || lateMs > job.graceMs)) {
      const late = `it is ${Math.round(lateMs / 1_000)} s late`;
      this.#pass(entry, occurrence, 'missed', late);
      return;
    }
    const cause = isOnTime ? 'scheduled' : 'caught-up';
    if (
      this.#options.desk.isBusy(job.name) &&
      (job.whileRunning === 'skip' || this.#options.desk.isWaiting(job.name))
    ) {
      this.#pass(entry, occurrence, 'skipped', 'the run before it was not over');
      return;
    }
    const runId = this.#claim(entry, occurrence, cause);
    if (runId === undefined) return;
    this.#options.desk.begin({ job, runId, cause });
    if (job.runsOnce) this.#options.spent.switchOff(entry);
  }

  /** @returns the number of the run; undefined when it is not to be run */
  #claim(entry: BookEntry, occurrence: Occurrence, cause: RunCause): number | undefined {
    const { job } = entry;
    try {
      const run = newRun({ job, cause, dueMs: occurrence.atMs }, 'schedule');
      const runId = this.#options.ledger.claim(occurrence, run, job.runsOnce);
      if (runId !== undefined && job.runsOnce) entry.spentRun = runId;
      return runId;
    } catch (error) {
      const fault = asSignalboxError(error);
      this.#options.events.emit('fault', { job: job.name, error: fault });
      // Without a claim it could be done twice after a crash, which only this one may.
      if (job.delivery === 'at-least-once') {
        if (job.runsOnce) entry.spentRun = unrecordedRun;
        return unrecordedRun;
      }
      const why = `${job.kind} ${job.name} was not run: its claim cannot be written: ${fault.message}`;
      this.#options.desk.notify(job.name, 'warn', why);
      return undefined;
    }
  }

  #pass(
    entry: BookEntry,
    occurrence: Occurrence,
    state: 'missed' | 'skipped',
    reason: string,
  ): void {
    const { job } = entry;
    const atMs = this.#options.clock.now();
    const run = newRun({ job, cause: 'scheduled', dueMs: occurrence.atMs }, 'schedule');
    const runId = this.#options.ledger.pass(run, occurrence, {
      state,
      reason,
      endedMs: atMs,
      isSpent: job.runsOnce,
    });
    if (job.runsOnce) {
      entry.spentRun = runId;
      this.#options.spent.switchOff(entry);
    }
    const { name, kind } = job;
    this.#options.events.emit('run', {
      job: name,
      kind,
      runId,
      cause: 'scheduled',
      state,
      reason,
      atMs,
    });
    const at = formatOccurrence(occurrence, job.rule.zone);
    this.#options.desk.notify(name, 'warn', `${kind} ${name} of ${at} was ${state}: ${reason}`);
  }

  /** A snooze is over: the alarm rings again, unless it is there no more. */
  ringAgain(name: string): void {
    const entry = this.#options.book.entries.get(name);
    const [step] = entry?.job.steps ?? [];
    if (entry === undefined || step?.do !== 'ring') {
      this.#options.alarms.drop(name, 'it is there no more');
      return;
    }
    // Somebody let it ring by hand meanwhile.
    if (this.#options.desk.isBusy(name)) return;
    const job: Job = { ...entry.job, steps: [{ ...step, isAgain: true }] };
    const run = newRun({ job, cause: 'snooze', dueMs: this.#options.clock.now() }, 'schedule');
    let runId: number = unrecordedRun;
    try {
      runId = this.#options.ledger.begin(run);
    } catch (error) {
      this.#options.events.emit('fault', { job: name, error: asSignalboxError(error) });
    }
    this.#options.desk.begin({ job, runId, cause: 'snooze' });
  }
}
