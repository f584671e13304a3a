import type { RpcChannel } from './rpc/channel.ts';
import type { WorkerLog } from './worker-log.ts';

/** How a worker ended. */
export interface WorkerEnd {
  /** Exit code, where it ended by itself. */
  readonly code: number | null;
  /** The signal that ended it, such as SIGKILL. */
  readonly signal: string | null;
  /** In words: `it was ended by SIGSEGV`. */
  readonly reason: string;
}

/** One life of a worker: from its start to its end. */
export interface WorkerBody {
  readonly channel: RpcChannel;
  /** Absent for a thread, and where the process could not be started. */
  readonly pid?: number | undefined;
  /** Resolves when it has ended and all that it wrote is read. Never rejects. */
  readonly ended: Promise<WorkerEnd>;
  /**
   * Ends it with all that belongs to it: politely, then by force. Resolves when it has ended, or
   * when even force has not ended it in time. Never rejects; may be called twice.
   *
   * @param politeMs how long it may take over a polite request; 0 for force at once
   */
  kill(politeMs: number): Promise<void>;
}

/** Starts a worker, each time anew. */
export interface WorkerFactory {
  /** Its command, as a person would type it, or the module of its thread. */
  readonly address: string;
  start(log: WorkerLog): WorkerBody;
}

/** So long a worker that was asked politely to end may take, in ms. */
export const politeMsDefault = 2_000;
/** So long it is waited for after it was ended by force. */
export const forcedMs = 5_000;
