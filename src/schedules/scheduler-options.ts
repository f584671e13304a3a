import type { Instrument } from '../instruments/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { AlarmPlayer } from './alarm/alarm-player.ts';
import type { Ledger } from './ledger.ts';
import type { ScheduleSource } from './schedule-source.ts';

/** What a scheduler is made of. */
export interface SchedulerOptions {
  readonly source: ScheduleSource;
  readonly ledger: Ledger;
  readonly instruments: ReadonlyMap<string, Instrument>;
  /** By name of the instrument. @default none */
  readonly players?: ReadonlyMap<string, AlarmPlayer>;
  /** @default systemClock */
  readonly clock?: Clock;
  /** A number from 0 up to 1, for pauses between attempts. @default Math.random */
  readonly random?: () => number;
}

/** How a sleep timer is set. */
export interface SleepOptions {
  /** 1 to 240. @default 30 */
  readonly minutes?: number;
  /** What is played until then. */
  readonly play?: {
    readonly uri: string;
    readonly device?: string;
    /** In percent. @default 30 */
    readonly volume?: number;
    /** @default false */
    readonly shuffle?: boolean;
  };
  readonly signal?: AbortSignal;
}
