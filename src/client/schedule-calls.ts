import type { ApiCalls } from './api-calls.ts';
import type { WaitOptions } from './client-options.ts';
import type {
  DryRunReport,
  RunReport,
  ScheduleReport,
  SleepTimerReport,
} from './schedule-reports.ts';

/** Alarms and jobs of a gateway. All methods throw what those of SignalboxClient do. */
export class ScheduleCalls {
  readonly #calls: ApiCalls;

  constructor(calls: ApiCalls) {
    this.#calls = calls;
  }

  /** All of them. @param options.next so many of the next runs. @default 5 */
  async list(options: NextOptions = {}): Promise<readonly ScheduleReport[]> {
    type Answer = { schedules: ScheduleReport[] };
    const { next } = options;
    return (await this.#calls.get<Answer>(['schedules'], options, { next })).schedules;
  }

  async get(schedule: string, options: NextOptions = {}): Promise<ScheduleReport> {
    return await this.#calls.get(['schedules', schedule], options, { next: options.next });
  }

  /** What would be done when; nothing is. */
  async dryRun(schedule: string, options: NextOptions = {}): Promise<DryRunReport> {
    const { next } = options;
    return await this.#calls.get(['schedules', schedule, 'dry-run'], options, { next });
  }

  /** When something would run by a rule that is in no file. @throws BAD_ARGUMENT when it is none */
  async preview(
    rule: { readonly cron: string; readonly timeZone?: string },
    options: WaitOptions = {},
  ): Promise<readonly { readonly at: string }[]> {
    const { cron, timeZone } = rule;
    const path = ['schedules', 'preview'];
    return (await this.#calls.post<{ next: { at: string }[] }>(path, { cron, timeZone }, options))
      .next;
  }

  /** The newest runs, the newest first. @param options.limit at most so many. @default 50 */
  async runs(
    options: WaitOptions & { readonly schedule?: string; readonly limit?: number } = {},
  ): Promise<readonly RunReport[]> {
    const { schedule, limit } = options;
    return (await this.#calls.get<{ runs: RunReport[] }>(['runs'], options, { schedule, limit }))
      .runs;
  }

  /** Runs it now, besides its times. @returns the number of the run, which goes on by itself */
  async run(schedule: string, options: WaitOptions = {}): Promise<number> {
    type Answer = { runId: number };
    return (await this.#calls.post<Answer>(['schedules', schedule, 'run'], {}, options)).runId;
  }

  /** Switches it on or off, in the configuration. */
  async setEnabled(
    schedule: string,
    enabled: boolean,
    options: WaitOptions = {},
  ): Promise<ScheduleReport> {
    return await this.#calls.put(['schedules', schedule, 'enabled'], { enabled }, options);
  }

  /**
   * Silences an alarm that rings until later.
   * @param options.minutes @default its own
   * @returns when it rings again, ms since 1970
   */
  async snooze(
    schedule: string,
    options: WaitOptions & { readonly minutes?: number } = {},
  ): Promise<number> {
    const { minutes, ...wait } = options;
    const body = minutes === undefined ? {} : { minutes };
    const path = ['schedules', schedule, 'snooze'];
    return (await this.#calls.post<{ untilMs: number }>(path, body, wait)).untilMs;
  }

  /** Players that will fall silent. */
  async sleepTimers(options: WaitOptions = {}): Promise<readonly SleepTimerReport[]> {
    type Answer = { sleepTimers: SleepTimerReport[] };
    return (await this.#calls.get<Answer>(['sleep-timers'], options)).sleepTimers;
  }

  /**
   * Lets a player fall silent after a time, with a fade-out in the last minute.
   * @param options.minutes 1 to 240. @default 30
   * @param options.play what it plays until then. @default what it plays now
   */
  async startSleepTimer(player: string, options: SleepOptions = {}): Promise<SleepTimerReport> {
    const { minutes, play, ...wait } = options;
    const path = ['players', player, 'sleep'];
    return await this.#calls.post<SleepTimerReport>(path, { minutes, play }, wait);
  }

  /** Lets a player play on, as loud as before. @returns whether it had a sleep timer */
  async stopSleepTimer(player: string, options: WaitOptions = {}): Promise<boolean> {
    const path = ['players', player, 'sleep'];
    return (await this.#calls.delete<{ stopped: boolean }>(path, options)).stopped;
  }

  /** Ends its run, also while it rings or is snoozed. @returns whether there was one */
  async stop(schedule: string, options: WaitOptions = {}): Promise<boolean> {
    type Answer = { stopped: boolean };
    return (await this.#calls.post<Answer>(['schedules', schedule, 'stop'], {}, options)).stopped;
  }
}

interface SleepOptions extends WaitOptions {
  readonly minutes?: number;
  readonly play?: {
    readonly uri: string;
    readonly device?: string;
    readonly volume?: number;
    readonly shuffle?: boolean;
  };
}

interface NextOptions extends WaitOptions {
  readonly next?: number;
}
