/** Why a run was begun. */
export type RunCause =
  /** Its time had come. */
  | 'scheduled'
  /** Its time had gone by while nobody could run it. */
  | 'caught-up'
  /** Somebody asked for it. */
  | 'manual'
  /** A snooze was over. */
  | 'snooze';

/** How a run stands, or how it ended. */
export type RunState =
  /** Nobody else can have it any more, and it has not begun. */
  | 'claimed'
  | 'running'
  | 'done'
  | 'failed'
  /** Somebody ended it. */
  | 'stopped'
  /** The gateway ended in the middle, and it is not done again. */
  | 'interrupted'
  /** Its time went by, and it was too late for it. */
  | 'missed'
  /** The run before it was not over. */
  | 'skipped';

/** What became of one step of a run. */
export interface StepRecord {
  /** From 0 on. */
  readonly number: number;
  /** `set nitrogen/fSetpoint to 2.5`. */
  readonly what: string;
  readonly state: 'done' | 'failed' | 'running';
  readonly startedMs: number;
  readonly endedMs?: number;
  /** What came of it, in words: the value that was read, or why it failed. */
  readonly result?: string;
}

/** One run of an alarm or job, as the history has it. */
export interface RunRecord {
  readonly id: number;
  readonly job: string;
  readonly kind: 'alarm' | 'job';
  readonly cause: RunCause;
  readonly state: RunState;
  /** The local time that was meant; absent for what somebody asked for. */
  readonly slot?: string;
  readonly fold?: 0 | 1;
  /** When it was due, ms since 1970. */
  readonly dueMs: number;
  /** Who wanted it: `schedule`, or a person or program. */
  readonly by: string;
  readonly delivery: 'at-most-once' | 'at-least-once';
  /** How often it was begun: more than once after a crash. */
  readonly attempts: number;
  readonly startedMs?: number;
  readonly endedMs?: number;
  /** Why it did not end well, in words, with the code of the error. */
  readonly reason?: string;
  readonly code?: string;
  readonly steps: readonly StepRecord[];
}
