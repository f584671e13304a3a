import type { ApiCalls } from './api-calls.ts';
import type { WaitOptions } from './client-options.ts';
import type { DryRunReport, RunReport, ScheduleReport } from './schedule-reports.ts';

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

  /** Ends its run, also while it rings or is snoozed. @returns whether there was one */
  async stop(schedule: string, options: WaitOptions = {}): Promise<boolean> {
    type Answer = { stopped: boolean };
    return (await this.#calls.post<Answer>(['schedules', schedule, 'stop'], {}, options)).stopped;
  }
}

interface NextOptions extends WaitOptions {
  readonly next?: number;
}
