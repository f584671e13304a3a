import type { Fault, Owner } from '../kernel/index.ts';
import type { SpanReport } from './reports.ts';

/** How the process of a gateway stood at one moment, and since the sample before. */
export interface SystemSampleReport {
  /** ms since 1970. */
  readonly atMs: number;
  readonly uptimeMs: number;
  /** Of one core: 1.5 is one and a half cores. */
  readonly cpuShare: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  readonly externalBytes: number;
  readonly eventLoopDelay: SpanReport;
  /** Absent where the system does not tell. */
  readonly openFiles?: number;
  readonly ports: number;
  readonly instruments: number;
  readonly clients: number;
}

/** The process of a gateway, now and over the last hour. */
export interface SystemReport {
  readonly version: string;
  /** The version of Node. */
  readonly node: string;
  readonly pid: number;
  readonly sinceMs: number;
  readonly now: SystemSampleReport;
  /** Columns of the same length, oldest first. */
  readonly history: {
    readonly everyMs: number;
    readonly atMs: readonly number[];
    readonly cpuShare: readonly number[];
    readonly rssBytes: readonly number[];
    readonly heapUsedBytes: readonly number[];
    readonly eventLoopDelayP50Ms: readonly number[];
    readonly eventLoopDelayP99Ms: readonly number[];
    readonly eventLoopDelayLongestMs: readonly number[];
    readonly openFiles: readonly (number | null)[];
    readonly clients: readonly number[];
  };
}

/** One thing that was looked at, wrong or not. */
export interface CheckReport {
  readonly area: string;
  /** The thing itself: `port bus`. */
  readonly name: string;
  readonly passed: boolean;
  /** Told of, and nothing counts as failed for it. */
  readonly isWarning?: boolean;
  readonly found: string;
  /** As in the catalogue of errors. */
  readonly code?: string;
  readonly fault?: Fault;
  /** Who has it: owners, and programs outside that have the device open. */
  readonly holders?: readonly (Partial<Owner> & {
    readonly program: string;
    readonly command?: string;
  })[];
  /** What to do about it. */
  readonly next?: string;
  /** What to type for that. */
  readonly command?: string;
}

/** Why it does not work. */
export interface DiagnosisReport {
  readonly atMs: number;
  /** Whether nothing is wrong; warnings do not count. */
  readonly passed: boolean;
  readonly checks: readonly CheckReport[];
}

/** A wait that was refused, because it would have been a deadlock. */
export interface DeadlockReport {
  readonly atMs: number;
  readonly owner: Owner;
  readonly resource: string;
  /** The circle in words. */
  readonly message: string;
  readonly cycle: readonly {
    readonly waiter: string;
    readonly resource: string;
    readonly holder: string;
  }[];
}
