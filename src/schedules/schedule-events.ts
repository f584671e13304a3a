import type { SignalboxError } from '../kernel/index.ts';
import type { RunCause, RunState, StepRecord } from './run-record.ts';

/** What the scheduler tells whoever listens. */
export interface ScheduleEvents {
  /** A run began or ended, or a time went by without one. */
  readonly run: {
    readonly job: string;
    readonly kind: 'alarm' | 'job';
    readonly runId: number;
    readonly cause: RunCause;
    readonly state: RunState;
    readonly reason?: string;
    readonly code?: string;
    readonly atMs: number;
  };
  readonly step: StepRecord & { readonly job: string; readonly runId: number };
  /** What people should hear of: a step that says so, or something that did not go well. */
  readonly notify: {
    readonly job: string;
    readonly level: 'info' | 'warn';
    readonly message: string;
    readonly atMs: number;
  };
  /** How an alarm stands: it rings, sleeps on, or is over. */
  readonly alarm: {
    readonly alarm: string;
    readonly state: 'over' | 'ringing' | 'snoozed';
    /** When it goes on. */
    readonly untilMs?: number;
    readonly reason?: string;
  };
  readonly sleepTimer: {
    readonly player: string;
    readonly state: 'ended' | 'failed' | 'fading' | 'running' | 'stopped';
    readonly endsAtMs: number;
    readonly reason?: string;
  };
  /** The clock was put forward or back by so much, or the machine slept for so long. */
  readonly clock: { readonly steppedMs: number };
  /** Alarms and jobs are others, or have other times. */
  readonly changed: { readonly alarms: number; readonly jobs: number };
  /** What the scheduler itself met: it goes on. */
  readonly fault: { readonly job?: string; readonly error: SignalboxError };
}
