import type { JobConfig } from '../config/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { AlarmDesk } from './alarm/alarm-desk.ts';
import { jobsOf, RuleBook } from './job.ts';
import type { Job } from './job.ts';
import type { Ledger } from './ledger.ts';
import { nextOccurrences } from './occurrences.ts';
import type { RunDesk } from './run-desk.ts';
import type { RunRecord } from './run-record.ts';
import type { BookEntry, ScheduleBook } from './schedule-book.ts';
import type { ScheduleConfig } from './schedule-source.ts';
import { planned } from './schedule-status.ts';
import type { DryRun, PlannedRun, ScheduleStatus } from './schedule-status.ts';
import { describeStep } from './steps/run-step.ts';

/** So many of the next runs are shown unless said otherwise, and so many at most. */
export const nextRunsShown = 5;
export const nextRunsMost = 100;

export interface ScheduleBoardOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly book: ScheduleBook;
  readonly desk: RunDesk;
  readonly alarms: AlarmDesk;
}

/** Shows how alarms and jobs stand, and what they would do when. Changes nothing. */
export class ScheduleBoard {
  readonly #options: ScheduleBoardOptions;

  constructor(options: ScheduleBoardOptions) {
    this.#options = options;
  }

  /** All alarms and jobs, by name. */
  list(most: number): ScheduleStatus[] {
    const lastRuns = this.#options.ledger.lastRuns();
    return [...this.#options.book.entries.values()]
      .map((entry) => this.#statusOf(entry, most, lastRuns.get(entry.job.name)))
      .toSorted((one, other) => one.name.localeCompare(other.name));
  }

  /** Those that cannot be run as they are, and why. */
  faults(): { readonly name: string; readonly reason: string }[] {
    return [...this.#options.book.entries.values()].flatMap(({ job, fault }) =>
      fault === undefined || !job.enabled ? [] : [{ name: job.name, reason: fault }],
    );
  }

  /** @throws NOT_FOUND */
  status(name: string, most: number): ScheduleStatus {
    const entry = this.#options.book.entry(name);
    return this.#statusOf(entry, most, this.#options.ledger.history(name, 1)[0]);
  }

  /** What would be run when. @throws NOT_FOUND */
  dryRun(name: string, most: number): DryRun {
    const { job, fault } = this.#options.book.entry(name);
    return {
      name,
      kind: job.kind,
      next: this.#nextOf(job, this.#options.clock.now(), most),
      steps: job.steps.map((step) => describeStep(step)),
      problems: fault === undefined ? [] : [fault],
    };
  }

  /** When a job would run that is not there yet. */
  preview(job: JobConfig, schedules: ScheduleConfig['schedules'], most: number): PlannedRun[] {
    const config = { schedules, alarms: {}, jobs: { preview: job } };
    return jobsOf(config, new RuleBook()).flatMap((each) =>
      this.#nextOf(each, this.#options.clock.now(), most),
    );
  }

  #statusOf(entry: BookEntry, most: number, lastRun: RunRecord | undefined): ScheduleStatus {
    const { job, fault } = entry;
    const { name, kind, title, enabled, runsOnce } = job;
    const active = this.#options.desk.activeOf(name);
    const next = this.#options.book.next(name);
    const rung = this.#options.alarms.rung(name);
    const state = stateOf({
      isRunning: active !== undefined,
      isRinging: rung !== undefined,
      isSnoozed: rung?.snoozedUntilMs !== undefined,
      isFaulty: fault !== undefined,
      isOff: !enabled,
      isOver: next === undefined,
    });
    return {
      name,
      kind,
      title,
      enabled,
      state,
      ...(fault === undefined ? {} : { reason: fault }),
      runsOnce,
      timeZone: job.rule.zone.name,
      next: next === undefined ? [] : this.#shownOf(entry, most),
      ...(active === undefined
        ? {}
        : {
            running: {
              runId: active.runId,
              cause: active.cause,
              sinceMs: active.sinceMs,
              ...(active.step === undefined ? {} : { step: active.step }),
            },
          }),
      ...(rung?.snoozedUntilMs === undefined ? {} : { snoozedUntilMs: rung.snoozedUntilMs }),
      ...(lastRun === undefined ? {} : { lastRun }),
    };
  }

  /** Found once for all who look until a time has come. */
  #shownOf(entry: BookEntry, most: number): readonly PlannedRun[] {
    const { job, passedMs, shown } = entry;
    if (shown?.passedMs === passedMs && shown.most === most) return shown.runs;
    const runs = this.#nextOf(job, passedMs, most);
    entry.shown = { passedMs, most, runs };
    return runs;
  }

  #nextOf({ rule, runsOnce }: Job, afterMs: number, most: number): PlannedRun[] {
    const shown = runsOnce ? 1 : Math.min(Math.max(0, Math.floor(most)), nextRunsMost);
    return nextOccurrences(rule, afterMs, shown).map((each) => planned(each, rule.zone));
  }
}

/** The first that holds. */
function stateOf(facts: {
  readonly isRunning: boolean;
  readonly isRinging: boolean;
  readonly isSnoozed: boolean;
  readonly isFaulty: boolean;
  readonly isOff: boolean;
  readonly isOver: boolean;
}): ScheduleStatus['state'] {
  if (facts.isSnoozed) return 'snoozed';
  if (facts.isRinging) return 'ringing';
  if (facts.isRunning) return 'running';
  if (facts.isFaulty) return 'faulty';
  if (facts.isOff) return 'off';
  return facts.isOver ? 'over' : 'waiting';
}
