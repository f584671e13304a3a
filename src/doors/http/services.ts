import type { Config, Settings } from '../../config/index.ts';
import type { ErrorReport, Owner } from '../../kernel/index.ts';
import type { Identity } from '../../instruments/index.ts';
import type { Port } from '../../ports/index.ts';
import type { Scheduler } from '../../schedules/index.ts';
import type {
  Alerts,
  DeadlockLog,
  Diagnosis,
  HistoryReader,
  Hub,
  LatestValues,
  Metrics,
  PollStatus,
  RecorderStatus,
  SystemMonitor,
  Ways,
  Tracing,
} from '../../telemetry/index.ts';

/** How much each room of the gateway writes to the log, changeable while it runs. */
export interface LogLevels {
  /** Room to level. */
  levels(): Readonly<Record<string, string>>;
  /** @throws BAD_ARGUMENT for a level that does not exist, NOT_FOUND for a room that does not */
  setLevel(room: string, level: string): void;
}

/** One instrument that a scan came upon. */
export interface FoundInstrument {
  /** The driver family that fits: `bronkhorst`. */
  readonly family: string;
  /** Where on the port: `node 3`. Absent where the port has only one. */
  readonly scope?: string;
  readonly identity?: Identity;
  /** A name that it could get in the configuration. */
  readonly name?: string;
  /** Whether a value could be read of it, and which, or why not. */
  readonly trial?: { readonly passed: boolean; readonly found: string };
  /** What else is worth knowing of it; plain data. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a scan does its work with. */
export interface DiscoveryContext {
  /** Aborts when the scan is taken back. */
  readonly signal: AbortSignal;
  /** Who asked for it. */
  readonly by: Owner;
  /** Tells how far it is, from 0 to 1. */
  readonly progress: (share: number, message: string) => void;
}

/** Looks for instruments on a port. */
export type Discover = (
  port: Port,
  context: DiscoveryContext,
) => Promise<readonly FoundInstrument[]>;

/** Where to look for instruments. */
export interface PlaceWish {
  /** The gateway's own ports, serial devices that it does not own, the networks of its machine. */
  readonly where: readonly ('ports' | 'serial' | 'network')[];
  /** Devices, `HOST:PORT`, names of ports. */
  readonly addresses: readonly string[];
  /** Networks whose every address is asked: `192.168.1.0/24`. @default none */
  readonly networks?: readonly string[];
  /** Where devices of those networks have their pages. @default 80 */
  readonly httpPort?: number;
  /** Where they have cgminer's RPC. @default 4028 */
  readonly rpcPort?: number;
  /**
   * Where else they may be: 80 and 4028 are asked for what is usual there, others for both. Goes before
   * `httpPort` and `rpcPort`.
   */
  readonly ports?: readonly number[];
  /** How long one of their addresses may take to answer. */
  readonly timeoutMs?: number;
  /** Tried on serial devices. @default what instruments are delivered with */
  readonly baudRates?: readonly number[];
}

/** What came of looking; plain data. */
export interface DiscoveredPlaces {
  readonly places: readonly {
    readonly place: object;
    readonly found: readonly (FoundInstrument & { readonly known?: string })[];
    readonly skipped?: ErrorReport;
  }[];
  /** What the configuration would need for all that is new: names of ports and instruments to their tables. */
  readonly laboratory: {
    readonly ports: Readonly<Record<string, object>>;
    readonly instruments: Readonly<Record<string, object>>;
  };
}

/** Looks for instruments where no port leads yet. @throws NOT_FOUND, CANCELLED */
export type DiscoverPlaces = (
  wish: PlaceWish,
  context: DiscoveryContext,
) => Promise<DiscoveredPlaces>;

/** How often something was found in a cache, and how often not. */
export interface CacheFigures {
  readonly hits: number;
  readonly misses: number;
  /** From 0 to 1; 0 before the first. */
  readonly hitRate: number;
}

/** What the gateway keeps for a while. */
export interface Caches {
  /** Access tokens of players. */
  tokens(): CacheFigures;
  /** Threads that have the settings in memory of their own. */
  replicas(): number;
  clear(): Promise<void>;
}

/** The newest values of what is polled, and how that goes. */
export interface Telemetry {
  readonly latest: LatestValues;
  polls(): readonly PollStatus[];
}

/** How the process stands. */
export type SystemSource = Pick<SystemMonitor, 'latest' | 'history' | 'events'>;

/** What the rest of the gateway does for the door. What is absent is answered with NOT_FOUND. */
export interface HttpServices {
  readonly logLevels?: LogLevels;
  readonly discover?: Discover;
  readonly discoverPlaces?: DiscoverPlaces;
  /** Alarms and jobs. */
  readonly schedules?: Scheduler;
  readonly alerts?: Alerts;
  /** The ways by which people are told of them. */
  readonly ways?: Ways;
  /** What the gateway was configured with, to be read and changed. */
  readonly settings?: Settings<Config>;
  readonly caches?: Caches;
  /** What is watched all the time. */
  readonly telemetry?: Telemetry;
  /** Resolves when what was changed in the settings is taken up, as far as it can be while it runs. */
  readonly applied?: () => Promise<void>;
  /** What was recorded. */
  readonly history?: HistoryReader;
  /** What all is published on. @default one on which nothing is */
  readonly hub?: Hub;
  readonly system?: SystemSource;
  /** Undefined where nothing is recorded. */
  readonly recorder?: () => RecorderStatus | undefined;
  readonly diagnosis?: Pick<Diagnosis, 'findings'>;
  readonly metrics?: Pick<Metrics, 'scrape'>;
  /** Follows what is asked. @default nothing does, at no cost */
  readonly tracing?: Pick<Tracing, 'incoming' | 'within'>;
  /** Waits that were refused. */
  readonly deadlocks?: Pick<DeadlockLog, 'total' | 'entries'>;
  /** Begins to stop the gateway; returns at once. */
  readonly shutdown?: (by: Owner) => void;
}
