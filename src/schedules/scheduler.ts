import type { JobConfig } from '../config/index.ts';
import { describeOwner, Emitter, SignalboxError, systemClock } from '../kernel/index.ts';
import type { Clock, Owner } from '../kernel/index.ts';
import { AlarmDesk } from './alarm/alarm-desk.ts';
import type { AlarmPlayer } from './alarm/alarm-player.ts';
import { sleepMinutes, SleepTimers } from './alarm/sleep-timers.ts';
import type { SleepTimer } from './alarm/sleep-timers.ts';
import { DueRuns } from './due-runs.ts';
import { Equipment } from './equipment.ts';
import type { RingStep } from './job.ts';
import type { Ledger } from './ledger.ts';
import { recoverRuns } from './recovery.ts';
import { RunDesk } from './run-desk.ts';
import { newRun } from './run-plan.ts';
import type { RunRecord } from './run-record.ts';
import { nextRunsShown, ScheduleBoard } from './schedule-board.ts';
import { ScheduleBook } from './schedule-book.ts';
import type { ScheduleEvents } from './schedule-events.ts';
import type { ScheduleSource } from './schedule-source.ts';
import type { DryRun, PlannedRun, ScheduleStatus } from './schedule-status.ts';
import type { SchedulerOptions, SleepOptions } from './scheduler-options.ts';
import { SpentJobs } from './spent-jobs.ts';
import { Timekeeper } from './timekeeper.ts';

/** So many runs of the history are given at once at most. */
export const historyMost = 1_000;
/** A snooze that somebody asks for is so long at most, in minutes. */
export const snoozeMinutesMost = 60;
/** So loud a sleep timer plays what it is told to, in percent. */
const sleepVolume = 30;

/**
 * Runs alarms and jobs at their times. No time is run twice, whatever becomes of the clock, the machine
 * or this process; what is missed is caught up once at most; two runs of one job never overlap.
 */
export class Scheduler implements AsyncDisposable {
  readonly events: Emitter<ScheduleEvents> = new Emitter<ScheduleEvents>();
  readonly #source: ScheduleSource;
  readonly #clock: Clock;
  readonly #ledger: Ledger;
  readonly #book: ScheduleBook;
  readonly #desk: RunDesk;
  readonly #alarms: AlarmDesk;
  readonly #sleepTimers: SleepTimers;
  readonly #timekeeper: Timekeeper;
  readonly #board: ScheduleBoard;
  readonly #life = new AbortController();
  readonly #listeners = new DisposableStack();
  readonly #spent: SpentJobs;
  #closing: Promise<void> | undefined;

  constructor(options: SchedulerOptions) {
    const { source, ledger, clock = systemClock, random = Math.random } = options;
    const { players = new Map<string, AlarmPlayer>() } = options;
    const { events } = this;
    const { signal } = this.#life;
    this.#source = source;
    this.#clock = clock;
    this.#ledger = ledger;
    const equipment = new Equipment(options.instruments, players);
    const book = new ScheduleBook({ ledger, clock, check: (job) => equipment.problemOf(job) });
    this.#book = book;
    const desk = new RunDesk({
      ledger,
      clock,
      events,
      instrument: (name) => equipment.instrument(name),
      ring: async (alarm, step, inTime) => await this.#ring(alarm, step, inTime),
    });
    this.#desk = desk;
    const notify = desk.notify.bind(desk);
    const alarms = new AlarmDesk({
      clock,
      random,
      ledger,
      events,
      players,
      ringAgain: (alarm) => due.ringAgain(alarm),
      notify,
    });
    this.#alarms = alarms;
    this.#sleepTimers = new SleepTimers({ clock, ledger, events, players, notify });
    const spent = new SpentJobs({
      source,
      ledger,
      clock,
      random,
      events,
      entry: (name) => book.entries.get(name),
      signal,
    });
    this.#spent = spent;
    const due = new DueRuns({ clock, ledger, events, book, desk, alarms, spent });
    this.#timekeeper = new Timekeeper({
      clock,
      source,
      events,
      book,
      alarms,
      spent,
      due,
      signal,
    });
    this.#board = new ScheduleBoard({ clock, ledger, book, desk, alarms });
  }

  /** Begins: what a crash cut short first, then what was missed. May be called once. */
  start(): void {
    this.#listeners.use(this.#source.onChange(() => this.#timekeeper.load()));
    this.#book.load(this.#source.current());
    this.#alarms.start();
    this.#sleepTimers.start();
    recoverRuns({
      clock: this.#clock,
      ledger: this.#ledger,
      events: this.events,
      book: this.#book,
      desk: this.#desk,
    });
    this.#timekeeper.load();
  }

  /** All alarms and jobs, by name. */
  list(most: number = nextRunsShown): ScheduleStatus[] {
    return this.#board.list(most);
  }

  /** How many alarms and jobs there are. */
  get size(): number {
    return this.#book.entries.size;
  }

  /** Those that cannot be run as they are, and why. */
  faults(): { readonly name: string; readonly reason: string }[] {
    return this.#board.faults();
  }

  /** @throws NOT_FOUND */
  status(name: string, most: number = nextRunsShown): ScheduleStatus {
    return this.#board.status(name, most);
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
    const { job, fault } = this.#book.entry(name);
    this.#throwIfClosed();
    if (fault !== undefined) throw new SignalboxError('BAD_ARGUMENT', fault);
    if (this.#desk.isBusy(name)) {
      throw new SignalboxError('JOB_RUNNING', `${job.kind} ${name} runs already`, {
        details: { job: name, runId: this.#desk.activeOf(name)?.runId },
      });
    }
    const order = { job, cause: 'manual' as const, dueMs: this.#clock.now() };
    const runId = this.#ledger.begin(newRun(order, describeOwner(by)));
    this.#desk.begin({ job, runId, cause: 'manual' });
    return runId;
  }

  /** Says what would be run when, and does nothing. @throws NOT_FOUND */
  dryRun(name: string, most: number = nextRunsShown): DryRun {
    return this.#board.dryRun(name, most);
  }

  /** When a job would run that is not there yet. */
  preview(job: JobConfig, most: number = nextRunsShown): PlannedRun[] {
    return this.#board.preview(job, this.#source.current().schedules, most);
  }

  /**
   * Ends its run, and silences an alarm that rings or is snoozed.
   * @returns whether there was anything to end
   * @throws NOT_FOUND; what a player throws that cannot be silenced
   */
  async stop(name: string, by: Owner, signal: AbortSignal = this.#life.signal): Promise<boolean> {
    this.#book.entry(name);
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
    this.#book.entry(name);
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
    const { job } = this.#book.entry(name);
    await this.#source.change({
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
    this.#timekeeper[Symbol.dispose]();
    this.#alarms[Symbol.dispose]();
    this.#sleepTimers[Symbol.dispose]();
    this.#life.abort(new SignalboxError('CLOSED', 'the scheduler was closed'));
    await this.#desk.close();
    await this.#spent.settled();
  }

  async #ring(alarm: string, step: RingStep, signal: AbortSignal): Promise<string> {
    return await this.#alarms.ring(alarm, step.alarm, { isAgain: step.isAgain }, signal);
  }

  #throwIfClosed(): void {
    if (this.#closing !== undefined) throw new SignalboxError('CLOSED', 'the gateway is ending');
  }
}
