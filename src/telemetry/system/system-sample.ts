import type { Distribution } from '../../ports/index.ts';

/** How much of everything the gateway has. */
export interface SystemCounts {
  readonly ports: number;
  readonly instruments: number;
  /** Programs inside, through all doors. */
  readonly clients: number;
}

/** How the process stood at one moment, and since the sample before. */
export interface SystemSample extends SystemCounts {
  /** ms since 1970. */
  readonly atMs: number;
  /** Since the start of the process. */
  readonly uptimeMs: number;
  /** Of one core since the sample before, all threads together: 1.5 is one and a half cores. */
  readonly cpuShare: number;
  /** What the process takes of the machine's memory. */
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  /** Buffers and the like, beside the heap. */
  readonly externalBytes: number;
  /** How long what was due waited for its turn, since the sample before. */
  readonly eventLoopDelay: Distribution;
  /** Files, sockets and pipes; absent where the system does not tell. */
  readonly openFiles?: number;
}

/** The clock of the machine was set, or the machine slept. */
export interface ClockStep {
  /** When it was found, ms since 1970, by the clock as it is now. */
  readonly atMs: number;
  /** How far; negative when it went back. */
  readonly byMs: number;
}
