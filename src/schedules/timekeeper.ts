import { asSignalboxError } from '../kernel/index.ts';
import type { Clock, Emitter } from '../kernel/index.ts';
import type { AlarmDesk } from './alarm/alarm-desk.ts';
import type { DueRuns } from './due-runs.ts';
import type { ScheduleBook } from './schedule-book.ts';
import type { ScheduleEvents } from './schedule-events.ts';
import type { ScheduleSource } from './schedule-source.ts';
import type { SpentJobs } from './spent-jobs.ts';
import { lookLongestMs, WakeUp } from './wake-up.ts';

export interface TimekeeperOptions {
  readonly clock: Clock;
  readonly source: ScheduleSource;
  readonly events: Emitter<ScheduleEvents>;
  readonly book: ScheduleBook;
  readonly alarms: AlarmDesk;
  readonly spent: SpentJobs;
  readonly due: DueRuns;
  /** Ends with the scheduler. */
  readonly signal: AbortSignal;
}

/** Takes in what is configured, and wakes up whenever something of it is due or is to be prepared. */
export class Timekeeper implements Disposable {
  readonly #options: TimekeeperOptions;
  readonly #clock: Clock;
  readonly #book: ScheduleBook;
  readonly #wakeUp: WakeUp;
  /** Whether the newest change could not be taken in as a whole. */
  #isBehind = false;
  #isOver = false;

  constructor(options: TimekeeperOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#book = options.book;
    this.#wakeUp = new WakeUp(options.clock, (clockStepMs) => this.#wake(clockStepMs));
  }

  /** Takes alarms and jobs as they are now, and deals with what is due. */
  load(): void {
    this.#takeIn();
    this.#wake(this.#wakeUp.clockStep());
  }

  /** Nothing is begun any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#wakeUp[Symbol.dispose]();
  }

  /** What fails is told once, and tried again with each wake-up. */
  #takeIn(): void {
    const { source, events, alarms, spent } = this.#options;
    const wasBehind = this.#isBehind;
    try {
      this.#book.load(source.current());
      this.#isBehind = false;
    } catch (error) {
      // What cannot be written down is run all the same: nobody is to wait for an alarm in vain.
      this.#isBehind = true;
      if (wasBehind) return;
      events.emit('fault', { job: 'schedules', error: asSignalboxError(error) });
    }
    for (const entry of this.#book.entries.values()) {
      if (entry.job.enabled && entry.spentRun !== undefined) spent.switchOff(entry);
    }
    for (const alarm of alarms.watched) {
      if (!this.#book.entries.has(alarm)) alarms.drop(alarm, 'it is there no more');
    }
    const kinds = [...this.#book.entries.values()].map(({ job }) => job.kind);
    const alarmCount = kinds.filter((kind) => kind === 'alarm').length;
    events.emit('changed', { alarms: alarmCount, jobs: kinds.length - alarmCount });
  }

  #wake(clockStepMs: number): void {
    if (this.#isOver) return;
    const { events, alarms, due, signal } = this.#options;
    if (clockStepMs !== 0) events.emit('clock', { steppedMs: clockStepMs });
    if (clockStepMs < 0) this.#book.clockSetBack();
    if (this.#isBehind) this.#takeIn();
    for (const { entry, occurrence } of this.#book.takeDue()) {
      try {
        due.begin(entry, occurrence);
      } catch (error) {
        events.emit('fault', { job: entry.job.name, error: asSignalboxError(error) });
      }
      this.#book.plan(entry);
    }
    for (const { job } of this.#book.takeWarmUps()) {
      for (const step of job.steps) {
        if (step.do === 'ring') void alarms.warmUp(step.alarm, signal);
      }
    }
    const againMs = this.#isBehind ? this.#clock.now() + lookLongestMs : undefined;
    this.#wakeUp.set(this.#book.nearestMs ?? againMs);
  }
}
