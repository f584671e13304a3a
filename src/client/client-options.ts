/** A value as programs see it. */
export type ClientValue = number | string | boolean | Uint8Array;

/** Which gateway, and who asks. */
export interface SignalboxClientOptions {
  /** @default http://127.0.0.1:5001 */
  readonly url?: string;
  /** Needed when the gateway can be reached from other machines. */
  readonly token?: string;
  /** How this program is shown to others. @default 'signalbox client' */
  readonly program?: string;
  /** The process, where there is one: shown to others on the same machine. */
  readonly pid?: number;
  /** Who runs it: shown to others on the same machine. */
  readonly user?: string;
}

/** How urgent a request is; see the gateway's guide. */
export type ClientPriority = 'safety' | 'interactive' | 'poll';

/** For one alone, or for all who name the same key. */
export type ClientLeaseMode = 'exclusive' | { readonly shared: string };

/** What every wait takes. */
export interface WaitOptions {
  /** Takes the request back. */
  readonly signal?: AbortSignal;
}

/** How a request is to be done. */
export interface RequestOptions extends WaitOptions {
  /** How long to wait for its turn. @default 10_000 */
  readonly waitMs?: number;
  /** @default 'interactive' */
  readonly priority?: ClientPriority;
  /** Does it under this lease; fails with LEASE_LOST when that has ended. */
  readonly lease?: { readonly token: string };
}

/** How a read is to be done. */
export interface ReadOptions extends RequestOptions {
  /** A value read at most so long ago will do. @default 0 */
  readonly maxAgeMs?: number;
  /** How long the instrument may take. @default the driver's */
  readonly timeoutMs?: number;
}

/** How a write is to be done. */
export interface WriteOptions extends RequestOptions {
  /** Says that a secured parameter is meant to be written. */
  readonly unlock?: boolean;
  /** How long the instrument may take. @default the driver's */
  readonly timeoutMs?: number;
}

/** What a lease is asked for with. Exactly one of `port` and `instrument`. */
export interface ClientLeaseOptions extends WaitOptions {
  readonly port?: string;
  readonly instrument?: string;
  /** @default 'exclusive' */
  readonly mode?: ClientLeaseMode;
  /** How long to wait for it. @default 10_000 */
  readonly waitMs?: number;
  /** After how long it ends when this program does not answer for it. @default 30_000 */
  readonly holdMs?: number;
}

/** How a request on a live connection is to be done. */
export interface LiveOptions extends WaitOptions {
  readonly waitMs?: number;
  readonly priority?: ClientPriority;
  readonly timeoutMs?: number;
  readonly maxAgeMs?: number;
  readonly unlock?: boolean;
  /** A lease of the same connection. */
  readonly lease?: { readonly id: string };
}

/** What a lease on a live connection is asked for with. Exactly one of `port` and `instrument`. */
export interface LiveLeaseOptions extends WaitOptions {
  readonly port?: string;
  readonly instrument?: string;
  readonly mode?: ClientLeaseMode;
  readonly waitMs?: number;
  /** @default as long as the connection */
  readonly holdMs?: number;
}

/** Told how far something is, from 0 to 1. */
export type TaskProgress = (share: number, message: string) => void;

/** The connection of a stream broke, or is there again. */
export interface ConnectionChange {
  readonly state: 'lost' | 'back';
  /** In words. */
  readonly message: string;
}

/** How a stream is to be read. */
export interface StreamOptions extends WaitOptions {
  /** Told when the connection breaks, and when it is there again. */
  readonly connection?: (change: ConnectionChange) => void;
}

/** How parameters are to be watched. */
export interface WatchOptions extends StreamOptions {
  /** @default 1_000 */
  readonly everyMs?: number;
  /** A value read at most so long ago will do. @default 0 */
  readonly maxAgeMs?: number;
  /** Does it under this lease; ends with LEASE_LOST when that has ended. */
  readonly lease?: { readonly token: string };
}

/** How settings are to be changed. */
export interface ChangeSettingsOptions extends WaitOptions {
  /** For the history. */
  readonly why?: string;
  /** Changes nothing unless this is the newest revision. */
  readonly expectedRevision?: number;
  /** Only finds out what would change, and whether it is good. @default false */
  readonly dryRun?: boolean;
}
