import type { StrayReply } from './rpc/call-options.ts';
import type { RpcStatistics } from './rpc/rpc-peer.ts';
import type { WorkerIntroduction } from './worker-introduction.ts';
import type { WorkerLogLevel } from './worker-log.ts';

/**
 * What a worker is doing. `waiting` is the pause before it is started again; `error` means that it
 * was given up, because it crashed too often, until somebody starts it.
 */
export type WorkerState =
  | 'stopped'
  | 'starting'
  | 'ready'
  | 'waiting'
  | 'draining'
  | 'stopping'
  | 'error';

/** A worker as it is now: plain data. */
export interface WorkerStatus {
  readonly name: string;
  readonly address: string;
  readonly state: WorkerState;
  /** Why it is not ready, in words. */
  readonly reason?: string;
  readonly pid?: number;
  /** How many calls wait for an answer. */
  readonly pendingCount: number;
  /** How often it was started again after a crash. */
  readonly restarts: number;
  /** What it said of itself, while it is ready. */
  readonly introduction?: WorkerIntroduction;
}

/** What a supervised worker publishes. */
export interface WorkerEvents {
  /** It said something to all who listen. */
  event: WorkerEvent;
  /** A line for the log: its own, or about it. What it writes to standard error is `info`. */
  log: { readonly level: WorkerLogLevel; readonly line: string };
  state: { readonly state: WorkerState; readonly reason?: string };
  /** It replied to a call that was given up, was answered before, or was never made. */
  stray: StrayReply;
}

/** Something that a worker says unasked. */
export interface WorkerEvent {
  readonly name: string;
  readonly data: unknown;
}

/** The numbers of several lives together. */
export function addStatistics(one: RpcStatistics, other: RpcStatistics): RpcStatistics {
  const names = Object.keys(one) as (keyof RpcStatistics)[];
  return Object.fromEntries(
    names.map((name) => [name, one[name] + other[name]]),
  ) as unknown as RpcStatistics;
}

export const noStatistics: RpcStatistics = {
  calls: 0,
  results: 0,
  failures: 0,
  timeouts: 0,
  cancelled: 0,
  refused: 0,
  lost: 0,
  late: 0,
  duplicate: 0,
  unknown: 0,
  requests: 0,
  requestsRefused: 0,
  repliesDropped: 0,
  malformed: 0,
};
