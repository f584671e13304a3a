/** When something will be run. */
export interface PlannedRunReport {
  /** As its clock will show it, with what is added to UTC: `2026-03-29T03:00+02:00`. */
  readonly at: string;
  /** The local time that is meant, also where the clock leaves it out. */
  readonly slot: string;
  /** 1 for the second of two times that the clock shows alike. */
  readonly fold: 0 | 1;
  readonly atMs: number;
}

/** What became of one step of a run. */
export interface StepReport {
  readonly number: number;
  readonly what: string;
  readonly state: 'done' | 'failed' | 'running';
  readonly startedMs: number;
  readonly endedMs?: number;
  readonly result?: string;
}

/** One run of an alarm or job. */
export interface RunReport {
  readonly id: number;
  readonly job: string;
  readonly kind: 'alarm' | 'job';
  readonly cause: 'scheduled' | 'caught-up' | 'manual' | 'snooze';
  readonly state:
    | 'claimed'
    | 'running'
    | 'done'
    | 'failed'
    | 'stopped'
    | 'interrupted'
    | 'missed'
    | 'skipped';
  /** The local time that was meant; absent for what somebody asked for. */
  readonly slot?: string;
  readonly dueMs: number;
  readonly by: string;
  readonly startedMs?: number;
  readonly endedMs?: number;
  /** Why it did not end well, in words. */
  readonly reason?: string;
  readonly code?: string;
  readonly steps: readonly StepReport[];
}

/** An alarm or job, and how it stands. */
export interface ScheduleReport {
  readonly name: string;
  readonly kind: 'alarm' | 'job';
  readonly title: string;
  readonly enabled: boolean;
  readonly state: 'off' | 'waiting' | 'running' | 'ringing' | 'snoozed' | 'over' | 'faulty';
  readonly reason?: string;
  /** Whether it is switched off when it has run. */
  readonly runsOnce: boolean;
  readonly timeZone: string;
  readonly next: readonly PlannedRunReport[];
  readonly snoozedUntilMs?: number;
  readonly lastRun?: RunReport;
}

/** What would be done, without anything being done. */
export interface DryRunReport {
  readonly name: string;
  readonly kind: 'alarm' | 'job';
  readonly next: readonly PlannedRunReport[];
  /** In words, in their order. */
  readonly steps: readonly string[];
  /** What would keep it from running. */
  readonly problems: readonly string[];
}

/** A player that will fall silent. */
export interface SleepTimerReport {
  readonly player: string;
  readonly endsAtMs: number;
  readonly minutes: number;
  /** Who set it. */
  readonly by: string;
}
