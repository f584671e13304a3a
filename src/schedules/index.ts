export type { AlarmPlayer, PlayerDevice, PlayerState } from './alarm/alarm-player.ts';
export type { SleepTimer } from './alarm/sleep-timers.ts';
export { sleepMinutes } from './alarm/sleep-timers.ts';
export { Ledger, runsKeptMost } from './ledger.ts';
export { nextOccurrences } from './occurrences.ts';
export type { Occurrence, OccurrenceRule } from './occurrences.ts';
export { cron, once, weekly } from './pattern.ts';
export type { Pattern } from './pattern.ts';
export type { RunCause, RunRecord, RunState, StepRecord } from './run-record.ts';
export type { ScheduleEvents } from './schedule-events.ts';
export type { ScheduleChange, ScheduleConfig, ScheduleSource } from './schedule-source.ts';
export type { DryRun, PlannedRun, ScheduleStatus } from './schedule-status.ts';
export {
  historyMost,
  nextRunsMost,
  nextRunsShown,
  Scheduler,
  snoozeMinutesMost,
} from './scheduler.ts';
export type { SchedulerOptions, SleepOptions } from './scheduler.ts';
export { TimeZone } from './time-zone.ts';
