/**
 * Where a driver of one's own runs: `inline` in the event loop of the program, or `isolated` in a thread
 * or a process, where it can block or crash and stops nobody.
 */
export type RuntimeKind = 'inline' | 'isolated';

/** One actor's hold on a serial port; see `SerialGuard`. Ends by itself when it is not used. */
export interface SerialHold extends AsyncDisposable {
  readonly actorId: string;
  /** Aborts when the hold has ended; the reason says why. */
  readonly lost: AbortSignal;
  /** Sends bytes. @returns how many: all of them @throws LEASE_LOST, and what the link throws */
  write(data: Uint8Array): Promise<number>;
  /**
   * What has arrived, at most so many bytes; waits for at least one.
   * @throws INSTRUMENT_TIMEOUT when none comes in the time of the port; LEASE_LOST; CANCELLED
   */
  read(bytesMost: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Gives the port to the next in line. */
  release(): Promise<void>;
}

/** One actor's hold on a VISA resource; see `VisaHold`. Ends by itself after a time. */
export interface ResourceHold extends AsyncDisposable {
  /** Aborts when the hold has ended; the reason says why. */
  readonly lost: AbortSignal;
  /** Sends a command: the response where one is due, an empty text else. @throws LEASE_LOST */
  command(command: string, timeoutMs: number): Promise<string>;
  /** Lets others go on. */
  release(): Promise<void>;
}

/** What actors share, whatever runtime they are in: each wire is open once, and has one line. */
export interface ActorResources {
  /**
   * Waits in line until a serial port is free and open, then holds it. Take serial ports before VISA.
   * @param path of the port, or the name of one of the gateway's
   * @param timeoutMs 0 does not wait
   * @throws as `SharedSerialPort.acquire`
   */
  acquireSerialPort(path: string, timeoutMs: number, signal?: AbortSignal): Promise<SerialHold>;
  /**
   * Puts a command in line: the response where one is due, an empty text else.
   * @param timeoutMs from now to the response
   * @param resource a VISA resource name; may be left out where only one is known
   * @throws as `SharedResources.enqueueVisaCommand`
   */
  enqueueVisaCommand(command: string, timeoutMs: number, resource?: string): Promise<string>;
  /**
   * Holds a VISA resource for several commands with something else between them.
   * @param timeoutMs how long it waits in line
   * @param resource as above
   * @throws as `VisaSessionManager.hold`
   */
  holdVisa(timeoutMs: number, resource?: string, signal?: AbortSignal): Promise<ResourceHold>;
  /**
   * Runs something as one chain of calls, in which serial ports are taken before VISA: the other order is
   * refused with LOCK_ORDER, because two chains of different order would wait for each other.
   */
  inOrder<Result>(run: () => Promise<Result>): Promise<Result>;
}

/** How serious something is that an actor says. */
export type ActorLogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What an actor is given to work with. */
export interface ActorContext {
  readonly id: string;
  /** Its own part of the configuration, as it stands there. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly resources: ActorResources;
  /** Aborted when it is to end. */
  readonly signal: AbortSignal;
  readonly log: (level: ActorLogLevel, message: string) => void;
  /** Tells all who listen to the actor. JSON values and typed arrays. */
  readonly publish: (name: string, data: unknown) => void;
}

/** An actor that runs. */
export interface RunningActor {
  /** Answers what the program asks it. @throws what the caller is to be told */
  call?(method: string, params: unknown, signal: AbortSignal): unknown;
  /** Throws when something is wrong that it can go on with. */
  check?(): unknown;
  /** Ends it in order. */
  stop?(): unknown;
  /**
   * Settles when it has ended by itself, which it is not to do: it is started again. What it rejects with is
   * told as what it crashed with.
   */
  readonly done?: Promise<void>;
}

/** A driver that runs by itself: the default export of its module. */
export interface Actor {
  /** Where it can run: one that blocks cannot be inline. */
  readonly runtimes: readonly RuntimeKind[];
  start(context: ActorContext): Promise<RunningActor> | RunningActor;
}

/** An actor as it is; a help for editors. */
export function defineActor(actor: Actor): Actor {
  return actor;
}
