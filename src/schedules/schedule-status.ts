import { formatOccurrence } from './occurrences.ts';
import type { Occurrence } from './occurrences.ts';
import type { RunCause, RunRecord } from './run-record.ts';
import type { TimeZone } from './time-zone.ts';

/** When something will be run. */
export interface PlannedRun extends Occurrence {
  /** As its clock will show it, with what is added to UTC: `2026-03-29T03:00+02:00`. */
  readonly at: string;
}

/** An alarm or job, and how it stands. */
export interface ScheduleStatus {
  readonly name: string;
  readonly kind: 'alarm' | 'job';
  readonly title: string;
  readonly enabled: boolean;
  readonly state:
    /** Switched off. */
    | 'off'
    /** Its next time will come. */
    | 'waiting'
    | 'running'
    | 'ringing'
    | 'snoozed'
    /** No time of it will come any more. */
    | 'over'
    /** It cannot be run as it is; `reason` says why. */
    | 'faulty';
  readonly reason?: string;
  /** Whether it is switched off when it has run. */
  readonly runsOnce: boolean;
  readonly timeZone: string;
  /** The next few, the first first; none while it is off or faulty. */
  readonly next: readonly PlannedRun[];
  readonly running?: {
    readonly runId: number;
    readonly cause: RunCause;
    readonly sinceMs: number;
    readonly step?: string;
  };
  /** When a snooze is over, ms since 1970. */
  readonly snoozedUntilMs?: number;
  readonly lastRun?: RunRecord;
}

/** What would be done, without anything being done. */
export interface DryRun {
  readonly name: string;
  readonly kind: 'alarm' | 'job';
  readonly next: readonly PlannedRun[];
  /** In words, in their order. */
  readonly steps: readonly string[];
  /** What would keep it from running. */
  readonly problems: readonly string[];
}

export function planned(occurrence: Occurrence, zone: TimeZone): PlannedRun {
  return { ...occurrence, at: formatOccurrence(occurrence, zone) };
}
