export type { AlarmPlayer, PlayerDevice, PlayerState } from './alarm/alarm-player.ts';
export { Ledger, runsKeptMost } from './ledger.ts';
export type { RunCause, RunRecord, RunState, StepRecord } from './run-record.ts';
export type { ScheduleEvents } from './schedule-events.ts';
export type { ScheduleChange, ScheduleConfig, ScheduleSource } from './schedule-source.ts';
export type { DryRun, PlannedRun, ScheduleStatus } from './schedule-status.ts';
export { historyMost, nextRunsMost, nextRunsShown, Scheduler } from './scheduler.ts';
export type { SchedulerOptions } from './scheduler.ts';
