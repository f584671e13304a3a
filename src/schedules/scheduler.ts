import type { JobConfig } from '../config/index.ts';
import type { Instrument } from '../instruments/index.ts';
import {
  asSignalboxError,
  describeOwner,
  didYouMean,
  Emitter,
  SignalboxError,
  systemClock,
} from '../kernel/index.ts';
import type { Clock, Owner } from '../kernel/index.ts';
import { AlarmDesk } from './alarm/alarm-desk.ts';
import type { AlarmPlayer } from './alarm/alarm-player.ts';
import { sleepMinutes, SleepTimers } from './alarm/sleep-timers.ts';
import type { SleepTimer } from './alarm/sleep-timers.ts';
import { jobsOf, RuleBook } from './job.ts';
import type { Job, RingStep } from './job.ts';
import type { Ledger, NewRun, OpenRun } from './ledger.ts';
import { formatOccurrence, nextOccurrences } from './occurrences.ts';
import type { Occurrence } from './occurrences.ts';
import { recoveryOf } from './recovery.ts';
import { RunDesk, unrecordedRun } from './run-desk.ts';
import { planOf } from './run-plan.ts';
import type { RunCause, RunRecord } from './run-record.ts';
import { reasonOf, ScheduleBook } from './schedule-book.ts';
import type { BookEntry } from './schedule-book.ts';
import type { ScheduleEvents } from './schedule-events.ts';
import type { ScheduleSource } from './schedule-source.ts';
import { planned } from './schedule-status.ts';
import type { DryRun, PlannedRun, ScheduleStatus } from './schedule-status.ts';
import { SpentJobs } from './spent-jobs.ts';
import { checkStep, describeStep } from './steps/run-step.ts';
import { lookLongestMs, WakeUp } from './wake-up.ts';

/** So many of the next runs are shown unless said otherwise, and so many at most. */
export const nextRunsShown = 5;
export const nextRunsMost = 100;
/** So many runs of the history are given at once at most. */
export const historyMost = 1_000;
/**
 * A run that could not start within so many ms of its time was missed: only policy says whether it is
 * caught up. Less is a busy machine.
 */
export const onTimeMs = 90_000;
/** A snooze that somebody asks for is so long at most, in minutes. */
export const snoozeMinutesMost = 60;
/** So loud a sleep timer plays what it is told to, in percent. */
const sleepVolume = 30;
export interface SchedulerOptions {
  readonly source: ScheduleSource;
  readonly ledger: Ledger;
  readonly instruments: ReadonlyMap<string, Instrument>;
  /** By name of the instrument. @default none */
  readonly players?: ReadonlyMap<string, AlarmPlayer>;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number from 0 up to 1, for pauses between attempts. @default Math.random */
  readonly random?: () => number;
}

/** How a sleep timer is set. */
export interface SleepOptions {
  /** 1 to 240. @default 30 */
  readonly minutes?: number;
  /** What is played until then. */
  readonly play?: {
    readonly uri: string;
    readonly device?: string;
    /** In percent. @default 30 */
    readonly volume?: number;
    /** @default false */
    readonly shuffle?: boolean;
  };
  readonly signal?: AbortSignal;
}

/**
 * Runs alarms and jobs at their times. No time is run twice, whatever becomes of the clock, the machine
 * or this process; what is missed is caught up once at most; two runs of one job never overlap.
 */
export class Scheduler implements AsyncDisposable {
  readonly events: Emitter<ScheduleEvents> = new Emitter<ScheduleEvents>();
  readonly #options: SchedulerOptions;
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #book: ScheduleBook;
  readonly #desk: RunDesk;
  readonly #alarms: AlarmDesk;
  readonly #sleepTimers: SleepTimers;
  readonly #wakeUp: WakeUp;
  readonly #life = new AbortController();
  readonly #listeners = new DisposableStack();
  readonly #spent: SpentJobs;
  #isStarted = false;
  /** Whether the newest change could not be taken in as a whole. */
  #isBehind = false;
  #closing: Promise<void> | undefined;

  constructor(options: SchedulerOptions) {
    const { ledger, clock = systemClock, random = Math.random } = options;
    this.#options = options;
    this.#clock = clock;
    this.#ledger = ledger;
    this.#book = new ScheduleBook({ ledger, clock, check: (job) => this.#problemOf(job) });
    this.#desk = new RunDesk({
      ledger,
      clock,
      events: this.events,
      instrument: (name) => this.#instrument(name),
      ring: async (alarm, step, signal) => await this.#ring(alarm, step, signal),
    });
    const { events } = this;
    const { players = new Map<string, AlarmPlayer>() } = options;
    const notify = this.#desk.notify.bind(this.#desk);
    this.#alarms = new AlarmDesk({
      clock,
      random,
      ledger,
      events,
      players,
      ringAgain: (alarm) => this.#ringAgain(alarm),
      notify,
    });
    this.#sleepTimers = new SleepTimers({ clock, ledger, events, players, notify });
    this.#spent = new SpentJobs({
      source: options.source,
      ledger,
      clock,
      random,
      events,
      entry: (name) => this.#book.entries.get(name),
      signal: this.#life.signal,
    });
    this.#wakeUp = new WakeUp(clock, (clockStepMs) => this.#wake(clockStepMs));
  }

  /** Begins: what a crash cut short first, then what was missed. May be called once. */
  start(): void {
    this.#isStarted = true;
    this.#listeners.use(this.#options.source.onChange(() => this.#load()));
    this.#book.load(this.#options.source.current());
    this.#alarms.start();
    this.#sleepTimers.start();
    for (const run of this.#ledger.openRuns()) this.#recover(run);
    this.#load();
  }

  /** All alarms and jobs, by name. */
  list(most: number = nextRunsShown): ScheduleStatus[] {
    const lastRuns = this.#ledger.lastRuns();
    return [...this.#book.entries.values()]
      .map((entry) => this.#statusOf(entry, most, lastRuns.get(entry.job.name)))
      .toSorted((one, other) => one.name.localeCompare(other.name));
  }

  /** How many alarms and jobs there are. */
  get size(): number {
    return this.#book.entries.size;
  }

  /** Those that cannot be run as they are, and why. */
  faults(): { readonly name: string; readonly reason: string }[] {
    return [...this.#book.entries.values()].flatMap(({ job, fault }) =>
      fault === undefined || !job.enabled ? [] : [{ name: job.name, reason: fault }],
    );
  }

  /** @throws NOT_FOUND */
  status(name: string, most: number = nextRunsShown): ScheduleStatus {
    const entry = this.#entry(name);
    return this.#statusOf(entry, most, this.#ledger.history(name, 1)[0]);
  }

  /** The newest runs, the newest first; of all alarms and jobs unless one is named. */
  history(name?: string, most = 50): RunRecord[] {
    return this.#ledger.history(name, Math.min(Math.max(1, Math.floor(most)), historyMost));
  }

  /**
   * Runs it now, besides its times: none of them is used up by it.
   * @returns the number of the run, which goes on by itself
   * @throws NOT_FOUND; JOB_RUNNING; BAD_ARGUMENT when it cannot be run as it is; CLOSED
   */
  runNow(name: string, by: Owner): number {
    const { job, fault } = this.#entry(name);
    this.#throwIfClosed();
    if (fault !== undefined) throw new SignalboxError('BAD_ARGUMENT', fault);
    if (this.#desk.isBusy(name)) {
      throw new SignalboxError('JOB_RUNNING', `${job.kind} ${name} runs already`, {
        details: { job: name, runId: this.#desk.activeOf(name)?.runId },
      });
    }
    const order = { job, cause: 'manual' as const, dueMs: this.#clock.now() };
    const runId = this.#ledger.begin(this.#newRun(order, describeOwner(by)));
    this.#desk.begin({ job, runId, cause: 'manual' });
    return runId;
  }

  /** Says what would be run when, and does nothing. @throws NOT_FOUND */
  dryRun(name: string, most: number = nextRunsShown): DryRun {
    const { job, fault } = this.#entry(name);
    return {
      name,
      kind: job.kind,
      next: this.#nextOf(job, this.#clock.now(), most),
      steps: job.steps.map((step) => describeStep(step)),
      problems: fault === undefined ? [] : [fault],
    };
  }

  /** When a job would run that is not there yet. */
  preview(job: JobConfig, most: number = nextRunsShown): PlannedRun[] {
    const { schedules } = this.#options.source.current();
    const config = { schedules, alarms: {}, jobs: { preview: job } };
    return jobsOf(config, new RuleBook()).flatMap((each) =>
      this.#nextOf(each, this.#clock.now(), most),
    );
  }

  /**
   * Ends its run, and silences an alarm that rings or is snoozed.
   * @returns whether there was anything to end
   * @throws NOT_FOUND; what a player throws that cannot be silenced
   */
  async stop(name: string, by: Owner, signal: AbortSignal = this.#life.signal): Promise<boolean> {
    this.#entry(name);
    const hadRun = this.#desk.stop(name, by);
    const rang = await this.#alarms.stop(name, `stopped by ${describeOwner(by)}`, signal);
    return hadRun || rang;
  }

  /**
   * Silences an alarm that rings until later, or one that is snoozed until later still.
   * @param minutes @default its own
   * @returns when it will ring again, ms since 1970
   * @throws NOT_FOUND; BAD_ARGUMENT when it does not ring; VALUE_OUT_OF_RANGE; what its player throws
   */
  async snooze(
    name: string,
    minutes?: number,
    signal: AbortSignal = this.#life.signal,
  ): Promise<number> {
    this.#entry(name);
    if (minutes !== undefined && !(minutes >= 1 && minutes <= snoozeMinutesMost)) {
      throw new SignalboxError(
        'VALUE_OUT_OF_RANGE',
        `a snooze of ${minutes} minutes is outside its limits: 1 to ${snoozeMinutesMost}`,
      );
    }
    const forMs = minutes === undefined ? undefined : minutes * 60_000;
    const { snoozedUntilMs } = await this.#alarms.snooze(name, forMs, signal);
    return snoozedUntilMs ?? this.#clock.now();
  }

  /** Players that will fall silent, and when. */
  sleepTimers(): SleepTimer[] {
    return this.#sleepTimers.list;
  }

  /**
   * Lets a player fall silent after a time: its volume goes down in the last minute, then it is paused.
   * Replaces the one before.
   * @param play what it is to play until then. @default what it plays
   * @throws NOT_FOUND for a player that there is not; VALUE_OUT_OF_RANGE; ALARM_FAILED
   */
  async startSleepTimer(
    player: string,
    by: Owner,
    { minutes = sleepMinutes.usual, play, signal = this.#life.signal }: SleepOptions = {},
  ): Promise<SleepTimer> {
    this.#throwIfClosed();
    const timer = this.#sleepTimers.set(player, minutes, describeOwner(by));
    if (play === undefined) return timer;
    const { uri, device, volume = sleepVolume, shuffle = false } = play;
    const playback = { uri, device, volume, shuffle, fromSilence: false, goesOn: false };
    try {
      await this.#alarms.startPlaying(player, playback, signal);
    } catch (error) {
      await this.#sleepTimers.stop(player, signal);
      throw error;
    }
    return timer;
  }

  /** Lets a player play on. @returns whether it had a sleep timer */
  async stopSleepTimer(player: string, signal: AbortSignal = this.#life.signal): Promise<boolean> {
    return await this.#sleepTimers.stop(player, signal);
  }

  /** Switches it on or off in the configuration. @throws NOT_FOUND, and what the configuration throws */
  async setEnabled(name: string, enabled: boolean, by: Owner): Promise<void> {
    const { job } = this.#entry(name);
    await this.#options.source.change({
      kind: job.kind,
      name,
      enabled,
      who: describeOwner(by),
      why: `${job.kind} ${name} switched ${enabled ? 'on' : 'off'}`,
    });
  }

  /** Starts nothing new, and ends what runs. What is to be done at least once goes on at the next start. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#listeners.dispose();
    this.#wakeUp[Symbol.dispose]();
    this.#alarms[Symbol.dispose]();
    this.#sleepTimers[Symbol.dispose]();
    this.#life.abort(new SignalboxError('CLOSED', 'the scheduler was closed'));
    await this.#desk.close();
    await this.#spent.settled();
  }

  #load(): void {
    this.#takeIn();
    this.#wake(this.#wakeUp.clockStep());
  }

  /** What fails is told once, and tried again with each wake-up. */
  #takeIn(): void {
    const wasBehind = this.#isBehind;
    try {
      this.#book.load(this.#options.source.current());
      this.#isBehind = false;
    } catch (error) {
      // What cannot be written down is run all the same: nobody is to wait for an alarm in vain.
      this.#isBehind = true;
      if (wasBehind) return;
      this.events.emit('fault', { job: 'schedules', error: asSignalboxError(error) });
    }
    for (const entry of this.#book.entries.values()) {
      if (entry.job.enabled && entry.spentRun !== undefined) this.#spent.switchOff(entry);
    }
    for (const alarm of this.#alarms.watched) {
      if (!this.#book.entries.has(alarm)) this.#alarms.drop(alarm, 'it is there no more');
    }
    const kinds = this.#book.entries.values().map(({ job }) => job.kind);
    const alarms = [...kinds].filter((kind) => kind === 'alarm').length;
    this.events.emit('changed', { alarms, jobs: this.#book.entries.size - alarms });
  }

  #wake(clockStepMs: number): void {
    if (!this.#isStarted || this.#closing !== undefined) return;
    if (clockStepMs !== 0) this.events.emit('clock', { steppedMs: clockStepMs });
    if (clockStepMs < 0) this.#book.clockSetBack();
    if (this.#isBehind) this.#takeIn();
    for (const { entry, occurrence } of this.#book.takeDue()) {
      try {
        this.#due(entry, occurrence);
      } catch (error) {
        this.events.emit('fault', { job: entry.job.name, error: asSignalboxError(error) });
      }
      this.#book.plan(entry);
    }
    for (const { job } of this.#book.takeWarmUps()) {
      for (const step of job.steps) {
        if (step.do === 'ring') void this.#alarms.warmUp(step.alarm, this.#life.signal);
      }
    }
    const againMs = this.#isBehind ? this.#clock.now() + lookLongestMs : undefined;
    this.#wakeUp.set(this.#book.nearestMs ?? againMs);
  }

  /** Deals with a time that has come. */
  #due(entry: BookEntry, occurrence: Occurrence): void {
    const { job } = entry;
    const nowMs = this.#clock.now();
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
      this.#desk.isBusy(job.name) &&
      (job.whileRunning === 'skip' || this.#desk.isWaiting(job.name))
    ) {
      this.#pass(entry, occurrence, 'skipped', 'the run before it was not over');
      return;
    }
    const runId = this.#claim(entry, occurrence, cause);
    if (runId === undefined) return;
    this.#desk.begin({ job, runId, cause });
    if (job.runsOnce) this.#spent.switchOff(entry);
  }

  /** @returns the number of the run; undefined when it is not to be run */
  #claim(entry: BookEntry, occurrence: Occurrence, cause: RunCause): number | undefined {
    const { job } = entry;
    try {
      const run = this.#newRun({ job, cause, dueMs: occurrence.atMs }, 'schedule');
      const runId = this.#ledger.claim(occurrence, run, job.runsOnce);
      if (runId !== undefined && job.runsOnce) entry.spentRun = runId;
      return runId;
    } catch (error) {
      const fault = asSignalboxError(error);
      this.events.emit('fault', { job: job.name, error: fault });
      // Without a claim it could be done twice after a crash, which only this one may.
      if (job.delivery === 'at-least-once') {
        if (job.runsOnce) entry.spentRun = unrecordedRun;
        return unrecordedRun;
      }
      const why = `${job.kind} ${job.name} was not run: its claim cannot be written: ${fault.message}`;
      this.#desk.notify(job.name, 'warn', why);
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
    const atMs = this.#clock.now();
    const run = this.#newRun({ job, cause: 'scheduled', dueMs: occurrence.atMs }, 'schedule');
    const runId = this.#ledger.pass(run, occurrence, {
      state,
      reason,
      endedMs: atMs,
      isSpent: job.runsOnce,
    });
    if (job.runsOnce) {
      entry.spentRun = runId;
      this.#spent.switchOff(entry);
    }
    const { name, kind } = job;
    this.events.emit('run', { job: name, kind, runId, cause: 'scheduled', state, reason, atMs });
    const at = formatOccurrence(occurrence, job.rule.zone);
    this.#desk.notify(name, 'warn', `${kind} ${name} of ${at} was ${state}: ${reason}`);
  }

  /** After a start: goes on with a run that the end cut short, or gives it up. */
  #recover(run: OpenRun): void {
    const atMs = this.#clock.now();
    if (run.cause === 'snooze') {
      // What was snoozed is known besides, and rings again.
      this.#ledger.ended(run.id, 'interrupted', atMs, { reason: 'the gateway ended' });
      return;
    }
    const entry = this.#book.entries.get(run.job);
    const job = entry?.fault === undefined ? entry?.job : undefined;
    const recovery = recoveryOf(run, job, atMs, Math.max(onTimeMs, job?.graceMs ?? 0));
    const { id: runId, kind, cause } = run;
    if (recovery.goesOn && job !== undefined) {
      this.#desk.begin({ job, runId, cause, firstStep: recovery.firstStep });
      return;
    }
    const reason = recovery.goesOn ? '' : recovery.reason;
    this.#ledger.ended(runId, 'interrupted', atMs, { reason });
    this.events.emit('run', {
      job: run.job,
      kind,
      runId,
      cause,
      state: 'interrupted',
      reason,
      atMs,
    });
    this.#desk.notify(run.job, 'warn', `${kind} ${run.job} was interrupted: ${reason}`);
  }

  async #ring(alarm: string, step: RingStep, signal: AbortSignal): Promise<string> {
    return await this.#alarms.ring(alarm, step.alarm, { isAgain: step.isAgain }, signal);
  }

  /** A snooze is over. */
  #ringAgain(name: string): void {
    const entry = this.#book.entries.get(name);
    const [step] = entry?.job.steps ?? [];
    if (entry === undefined || step?.do !== 'ring') {
      this.#alarms.drop(name, 'it is there no more');
      return;
    }
    // Somebody let it ring by hand meanwhile.
    if (this.#desk.isBusy(name)) return;
    const job: Job = { ...entry.job, steps: [{ ...step, isAgain: true }] };
    const run = this.#newRun({ job, cause: 'snooze', dueMs: this.#clock.now() }, 'schedule');
    let runId: number = unrecordedRun;
    try {
      runId = this.#ledger.begin(run);
    } catch (error) {
      this.events.emit('fault', { job: name, error: asSignalboxError(error) });
    }
    this.#desk.begin({ job, runId, cause: 'snooze' });
  }

  /** Why a job cannot be run as it is. */
  #problemOf(job: Job): string | undefined {
    return reasonOf(() => {
      for (const step of job.steps) {
        if (step.do !== 'ring') checkStep(step, (name) => this.#instrument(name));
        else if (this.#options.players?.has(step.alarm.player) !== true) {
          throw new SignalboxError('NOT_FOUND', `no player '${step.alarm.player}'`);
        }
      }
    });
  }

  #instrument(name: string): Instrument {
    const { instruments } = this.#options;
    const found = instruments.get(name);
    if (found !== undefined) return found;
    throw new SignalboxError(
      'NOT_FOUND',
      `no instrument '${name}'${didYouMean(name, instruments.keys())}`,
    );
  }

  #entry(name: string): BookEntry {
    const entry = this.#book.entries.get(name);
    if (entry !== undefined) return entry;
    const meant = didYouMean(name, this.#book.entries.keys());
    throw new SignalboxError('NOT_FOUND', `no alarm or job '${name}'${meant}`, {
      nextStep: 'List what exists with `signalbox alarm`.',
    });
  }

  #statusOf(entry: BookEntry, most: number, lastRun: RunRecord | undefined): ScheduleStatus {
    const { job, fault } = entry;
    const { name, kind, title, enabled, runsOnce } = job;
    const active = this.#desk.activeOf(name);
    const next = this.#book.next(name);
    const rung = this.#alarms.rung(name);
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

  #newRun({ job, cause, dueMs }: { job: Job; cause: RunCause; dueMs: number }, by: string): NewRun {
    const { name, kind, delivery } = job;
    return { job: name, kind, cause, dueMs, by, delivery, plan: planOf(job) };
  }

  #throwIfClosed(): void {
    if (this.#closing !== undefined) throw new SignalboxError('CLOSED', 'the gateway is ending');
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
