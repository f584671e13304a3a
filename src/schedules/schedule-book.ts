import { asSignalboxError, didYouMean, SignalboxError, systemClock } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import { jobsOf, RuleBook } from './job.ts';
import type { Job } from './job.ts';
import type { JobMark, Ledger } from './ledger.ts';
import { latestOccurrence, nextOccurrence } from './occurrences.ts';
import type { Occurrence } from './occurrences.ts';
import type { ScheduleConfig } from './schedule-source.ts';
import type { PlannedRun } from './schedule-status.ts';
import { Timetable } from './timetable.ts';

/** What an alarm needs is made ready so long before its time. */
export const warmUpMs = 120_000;

/** What is known of one alarm or job. */
export interface BookEntry {
  readonly job: Job;
  /** Why it cannot be run as it is. */
  readonly fault: string | undefined;
  /** All of its times up to here are dealt with, ms since 1970. */
  passedMs: number;
  /** The run of one that runs once; nothing comes after it. */
  spentRun: number | undefined;
  /** The next few, as they were shown last. */
  shown: { passedMs: number; most: number; runs: readonly PlannedRun[] } | undefined;
}

export interface ScheduleBookOptions {
  readonly ledger: Ledger;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Says why a job cannot be run; undefined when it can. */
  readonly check: (job: Job) => string | undefined;
}

/** All alarms and jobs, and which of their times is next. */
export class ScheduleBook {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #check: (job: Job) => string | undefined;
  readonly #rules = new RuleBook();
  readonly #timetable = new Timetable();
  /** When to make ready what takes time. */
  readonly #warmUps = new Timetable();
  #entries = new Map<string, BookEntry>();

  constructor({ ledger, clock = systemClock, check }: ScheduleBookOptions) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#check = check;
  }

  get entries(): ReadonlyMap<string, BookEntry> {
    return this.#entries;
  }

  /** @throws NOT_FOUND */
  entry(name: string): BookEntry {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    const meant = didYouMean(name, this.#entries.keys());
    throw new SignalboxError('NOT_FOUND', `no alarm or job '${name}'${meant}`, {
      nextStep: 'List what exists with `signalbox alarm`.',
    });
  }

  /** When the first of all is due, or is to be prepared. */
  get nearestMs(): number | undefined {
    const nearest = [this.#timetable.nearest, this.#warmUps.nearest]
      .filter((each) => each !== undefined)
      .map(({ atMs }) => atMs);
    return nearest.length === 0 ? undefined : Math.min(...nearest);
  }

  next(name: string): Occurrence | undefined {
    return this.#timetable.next(name);
  }

  /**
   * Takes alarms and jobs as they are now. Whose times are the same as before goes on where it was,
   * also over a restart; the times of the others count from now on.
   */
  load(config: ScheduleConfig): void {
    const nowMs = this.#clock.now();
    const marks = this.#ledger.marks();
    const before = this.#entries;
    const fresh: JobMark[] = [];
    this.#entries = new Map();
    for (const job of jobsOf(config, this.#rules)) {
      const { name, definition } = job;
      const fault = this.#check(job);
      const known = before.get(name);
      const mark = marks.get(name);
      const isKnown = known?.job.enabled === true && known.job.definition === definition;
      const isSame = isKnown || mark?.definition === definition;
      const since = isKnown ? known : isSame ? mark : undefined;
      const entry: BookEntry = {
        job,
        fault,
        // Of two that differ, a clock that was set back has the smaller one.
        passedMs: Math.min(since?.passedMs ?? nowMs, nowMs),
        spentRun: since?.spentRun,
        shown: isKnown ? known.shown : undefined,
      };
      this.#entries.set(name, entry);
      // Also one that is known and could not be written down before.
      if (job.enabled && mark?.definition !== definition) {
        const { passedMs, spentRun } = entry;
        fresh.push({ name, definition, passedMs, ...(spentRun === undefined ? {} : { spentRun }) });
      }
      const isPlanned =
        isKnown &&
        job.enabled &&
        entry.fault === known.fault &&
        entry.passedMs === known.passedMs &&
        entry.spentRun === known.spentRun;
      if (!isPlanned) this.plan(entry);
    }
    this.#rules.forgetUnused();
    const isGone = (name: string): boolean => this.#entries.get(name)?.job.enabled !== true;
    this.#ledger.remember(fresh, [...marks.keys()].filter(isGone));
    for (const name of before.keys()) {
      if (this.#entries.has(name)) continue;
      this.#timetable.set(name, undefined);
      this.#warmUps.set(name, undefined);
    }
  }

  /** Finds the next time of one, after what is dealt with. */
  plan(entry: BookEntry): void {
    const { job, fault, passedMs, spentRun } = entry;
    const isIdle = !job.enabled || fault !== undefined || spentRun !== undefined;
    const next = isIdle ? undefined : nextOccurrence(job.rule, passedMs);
    this.#timetable.set(job.name, next);
    if (job.kind !== 'alarm') return;
    const warmUp = next === undefined ? undefined : { ...next, atMs: next.atMs - warmUpMs };
    this.#warmUps.set(job.name, warmUp);
  }

  /** Alarms whose time is near: they are named once each. */
  takeWarmUps(): BookEntry[] {
    return this.#warmUps.takeDue(this.#clock.now()).flatMap((name) => {
      const entry = this.#entries.get(name);
      return entry === undefined ? [] : [entry];
    });
  }

  /** After the clock was set back: times that nobody has claimed yet are ahead once more. */
  clockSetBack(): void {
    const nowMs = this.#clock.now();
    for (const entry of this.#entries.values()) {
      if (entry.passedMs <= nowMs) continue;
      entry.passedMs = nowMs;
      this.plan(entry);
    }
  }

  /**
   * Who is due, with the newest of its times that have come: when several have, the others are left
   * out. Each has to be planned again, or loaded.
   */
  takeDue(): { entry: BookEntry; occurrence: Occurrence }[] {
    const nowMs = this.#clock.now();
    return this.#timetable.takeDue(nowMs).flatMap((name) => {
      const entry = this.#entries.get(name);
      if (entry === undefined) return [];
      const occurrence = latestOccurrence(entry.job.rule, entry.passedMs, nowMs);
      return occurrence === undefined ? [] : [{ entry, occurrence }];
    });
  }
}

/** Why a check failed, in one line. */
export function reasonOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return asSignalboxError(error).message;
  }
}
