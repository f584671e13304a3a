import type { RuntimeKind } from '../../instruments/index.ts';

/** How long the start of an actor may take, once its code is loaded. */
export const actorStartMs = 30_000;
/** How long a call may take unless it says otherwise. */
export const actorCallMs = 5_000;

/**
 * What an actor is doing. `waiting` is the pause before it is started again; `error` means that it was
 * given up, because it crashed too often, until somebody starts it.
 */
export type ActorState = 'stopped' | 'starting' | 'running' | 'waiting' | 'stopping' | 'error';

/** An actor as it is now: plain data. */
export interface ActorStatus {
  readonly id: string;
  readonly runtime: RuntimeKind;
  readonly state: ActorState;
  /** Why it does not run, in words. */
  readonly reason?: string;
  /** How often it was started again after a crash. */
  readonly restarts: number;
}

/** How an actor was ended: in order, or left behind or killed because its time was over. */
export type ActorEnd = 'ended' | 'forced';

/** What whoever keeps actors is told of them. */
export interface ActorListener {
  readonly log: (id: string, level: string, message: string) => void;
  readonly published: (id: string, name: string, data: unknown) => void;
  readonly changed: (status: ActorStatus) => void;
}

/** An actor that is kept running, in whichever runtime. */
export interface SupervisedActor {
  readonly id: string;
  readonly status: ActorStatus;
  /**
   * Starts it, unless it runs. Resolves when it runs; tried again as its restart budget allows.
   * @throws what its last start failed with; ACTOR_FAILED when it was stopped meanwhile, or does not run
   *   within {@link actorStartMs}: then it is tried on
   */
  start(): Promise<void>;
  /** Ends it in order, or by force when the time is over; what it held is free then. Never rejects. */
  stop(timeoutMs: number): Promise<ActorEnd>;
  /** As {@link stop}; it cannot be started any more. */
  retire(timeoutMs: number): Promise<ActorEnd>;
  /**
   * Asks it.
   * @throws ACTOR_FAILED when it does not run or takes no calls; what it answers
   */
  call(method: string, params: unknown, options: ActorCallOptions): Promise<unknown>;
  /** @throws what it says is wrong; ACTOR_FAILED when it does not run or does not answer in time */
  check(timeoutMs: number): Promise<void>;
}

export interface ActorCallOptions {
  /** @default {@link actorCallMs} */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}
