import type { ErrorReport, Owner } from '../kernel/index.ts';
import type { ClientValue, ClientPriority, ClientLeaseMode } from './client-options.ts';

/** A value that was read. */
export interface ClientReading {
  readonly instrument: string;
  readonly parameter: string;
  readonly value: ClientValue;
  readonly unit?: string;
  /** When it arrived, ms since 1970. */
  readonly atMs: number;
}

/** One lease as others see it. */
export interface LeaseReport {
  readonly id: string;
  readonly owner: Owner;
  readonly mode: ClientLeaseMode;
  readonly scope?: string;
  readonly sinceMs: number;
  readonly expiresInMs: number;
}

/** One request in line. */
export interface WaitingReport {
  readonly owner: Owner;
  readonly kind: 'transaction' | 'lease';
  readonly label: string;
  readonly priority: ClientPriority;
  readonly scope?: string;
  readonly waitedMs: number;
}

/** How a port stands now. */
export interface PortReport {
  readonly name: string;
  readonly address: string;
  readonly state: 'closed' | 'opening' | 'open' | 'recovering' | 'absent' | 'released';
  /** Since when it is in this state, ms since 1970. */
  readonly sinceMs: number;
  readonly reason?: string;
  /** Why it is not open; `details.holders` are the programs that have the device. */
  readonly trouble?: ErrorReport;
  readonly nextTryInMs?: number;
  readonly serving?: {
    readonly label: string;
    readonly owners: readonly Owner[];
    readonly sinceMs: number;
  };
  readonly leases: readonly LeaseReport[];
  readonly queue: readonly WaitingReport[];
  readonly circuits: Readonly<
    Record<
      string,
      {
        readonly state: 'online' | 'offline';
        readonly unanswered: number;
        readonly sinceMs?: number;
        readonly nextProbeInMs?: number;
      }
    >
  >;
}

/** How a span of time is distributed. */
export interface SpanReport {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** What was counted. */
export interface CountersReport {
  readonly operations: number;
  readonly successes: number;
  readonly failures: number;
  readonly failuresByCode: Readonly<Record<string, number>>;
  readonly blockedAttempts: number;
  readonly wait: SpanReport;
  readonly service: SpanReport;
  readonly lastOperationMs?: number;
}

/** What a port has done, without its owners. */
export interface StatisticsSummary extends CountersReport {
  readonly name: string;
  readonly wireTransactions: number;
  readonly mergedOperations: number;
  readonly retries: number;
  readonly quarantined: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly reconnects: number;
  readonly linkFailuresByCode: Readonly<Record<string, number>>;
}

/** What a port has done. */
export interface StatisticsReport extends StatisticsSummary {
  readonly owners: readonly (CountersReport & { readonly owner: Owner })[];
}

/** Bytes as hex and as printable text. */
export interface BytesReport {
  readonly hex: string;
  readonly text: string;
}

/** One request and what came of it. */
export interface TraceReport {
  readonly sequence: number;
  readonly atMs: number;
  readonly label: string;
  readonly scope?: string;
  readonly owners: readonly Owner[];
  readonly waitMs: number;
  readonly serviceMs: number;
  readonly attempts: number;
  readonly request: BytesReport;
  readonly reply: BytesReport;
  readonly outcome: string;
}

/** One parameter of an instrument. */
export interface ParameterReport {
  readonly name: string;
  readonly title: string;
  readonly number?: number;
  readonly type: 'integer' | 'float' | 'string' | 'boolean' | 'binary';
  readonly access: 'read' | 'write' | 'read-write';
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly longest?: number;
  readonly choices?: Readonly<Record<number, string>>;
  /** The only texts that it takes. */
  readonly texts?: readonly string[];
  readonly secured?: boolean;
}

/** One instrument. */
export interface InstrumentReport {
  readonly name: string;
  readonly title?: string;
  readonly family: string;
  readonly port: string;
  readonly scope?: string;
  /** How many it has; `parameters()` lists them. */
  readonly parameters: number;
  readonly actions: readonly {
    readonly name: string;
    readonly title: string;
    readonly arguments: readonly ParameterReport[];
  }[];
  /** Whether it understands messages in a language of its own. */
  readonly messages: boolean;
  /** Whether functions of its library can be called. */
  readonly calls: boolean;
  /** Who changed its settings last; absent when nobody has since the gateway was started. */
  readonly lastChange?: {
    readonly by: Owner;
    /** `write setpoint`, `call calibrate`. */
    readonly what: string;
    readonly atMs: number;
  };
}

/** A function of a worker, as the worker describes it. */
export interface FunctionReport {
  readonly name: string;
  readonly doc?: string;
  /** What it takes. */
  readonly parameters?: unknown;
}

/** One worker: a library that runs in a process or thread of its own. */
export interface WorkerReport {
  readonly name: string;
  readonly address: string;
  readonly state: 'stopped' | 'starting' | 'ready' | 'waiting' | 'draining' | 'stopping' | 'error';
  /** Why it is not ready. */
  readonly reason?: string;
  readonly pid?: number;
  /** Calls that wait for an answer. */
  readonly pendingCount: number;
  /** How often it was started again after a crash. */
  readonly restarts: number;
  /** The ports that lead to it. */
  readonly ports: readonly string[];
  readonly version?: string;
  /** While it is ready. */
  readonly functions?: readonly FunctionReport[];
  readonly statistics: Readonly<Record<string, number>>;
}

/** One way in. */
export interface DoorReport {
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  /** As a VISA program types it, where that is not the address. */
  readonly resource?: string;
  readonly serves?: { readonly port: string; readonly instrument?: string };
  readonly clients: readonly Owner[];
}

/** The gateway as a whole. */
export interface StatusReport {
  readonly version: string;
  readonly sinceMs: number;
  readonly pid: number;
  readonly ports: readonly PortReport[];
  readonly doors: readonly DoorReport[];
  readonly instruments: readonly InstrumentReport[];
  readonly workers: readonly WorkerReport[];
  /** What else it runs: `runtime inline`, `actor volt-watch`. */
  readonly subsystems: readonly (ReadinessOfPart & { readonly name: string })[];
  /** Who listens: connections, topics there are, and who had to be cut off for being too slow. */
  readonly hub: { readonly connections: number; readonly topics: number; readonly cut: number };
  readonly rateLimits: RateLimitsReport;
}

/** Who asks the gateway too often. */
export interface RateLimitsReport {
  /** Requests that were refused since the start. */
  readonly refused: number;
  readonly blocked: readonly {
    /** An address. */
    readonly caller: string;
    /** Of the requests that were too many. */
    readonly class: string;
    readonly forMs: number;
  }[];
}

/** What an instrument says of itself. */
export interface IdentityReport {
  readonly maker?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
  readonly text: string;
}

/** One instrument that a scan came upon. */
export interface FoundReport {
  readonly family: string;
  readonly scope?: string;
  readonly identity?: IdentityReport;
  readonly name?: string;
  /** Whether a value could be read of it, and which, or why not. */
  readonly trial?: { readonly passed: boolean; readonly found: string };
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A player of music, and whether somebody is signed in at its service. */
export interface PlayerReport {
  readonly name: string;
  /** `ended`: somebody was, and has to sign in again. */
  readonly state: 'signed-in' | 'signed-out' | 'ended';
  /** Where a browser signs in. */
  readonly signInUrl: string;
}

/** What a search came to: by place, and as the configuration would have what is new. */
export interface DiscoveredReport {
  readonly places: readonly {
    readonly place: {
      readonly kind: string;
      readonly port?: string;
      readonly path?: string;
      readonly address?: string;
      readonly resource?: string;
      readonly url?: string;
    };
    /** `known` is its name, where it has one already. */
    readonly found: readonly (FoundReport & { readonly known?: string })[];
    readonly language?: { readonly protocol: string; readonly baudRate?: number };
    /** Why it was not looked at. */
    readonly skipped?: ErrorReport;
  }[];
  readonly laboratory: {
    readonly ports: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly instruments: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

/** Something that takes a while. */
export interface TaskReport {
  readonly id: string;
  readonly label: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly share: number;
  readonly message: string;
  readonly startedMs: number;
  readonly endedMs?: number;
  readonly result?: unknown;
  readonly error?: ErrorReport;
}

/** Whether every port and worker can be used, and why not. */
export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  readonly ports: Readonly<Record<string, ReadinessOfPart>>;
  readonly workers: Readonly<Record<string, ReadinessOfPart>>;
  /** What else there is: runtimes and their actors. */
  readonly subsystems: Readonly<Record<string, ReadinessOfPart>>;
}

/** Whether one part of a gateway can be used, and why not. */
export interface ReadinessOfPart {
  readonly ready: boolean;
  readonly state: string;
  readonly reason?: string;
}

/** Something that happened on a port, or a snapshot, or how many events were missed. */
export interface GatewayEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a watch gives: a value, or why there is none this time. */
export type WatchEvent =
  | { readonly kind: 'reading'; readonly reading: ClientReading }
  | {
      readonly kind: 'failure';
      readonly instrument: string;
      readonly parameter: string;
      readonly error: ErrorReport;
    };
