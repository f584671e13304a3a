import type { Config } from '../config/index.ts';

/** The part of a configuration that alarms and jobs are read from. */
export type ScheduleConfig = Pick<Config, 'alarms' | 'jobs' | 'schedules'>;

/** What the scheduler writes to the configuration. */
export interface ScheduleChange {
  readonly kind: 'alarm' | 'job';
  readonly name: string;
  readonly enabled: boolean;
  /** When it ran, as its clock showed it; absent where nothing ran. */
  readonly lastRun?: string;
  /** Who wants it, for the history of the configuration. */
  readonly who: string;
  readonly why: string;
}

/** Where alarms and jobs come from: the configuration, as it is at the moment. */
export interface ScheduleSource {
  current(): ScheduleConfig;
  /** Calls back after each change. Dispose to hear no more. */
  onChange(listener: () => void): Disposable;
  /**
   * All of one change in one transaction: it is there as a whole or not at all. Does nothing for an
   * alarm or job that is no longer there.
   */
  change(change: ScheduleChange): Promise<void>;
}
