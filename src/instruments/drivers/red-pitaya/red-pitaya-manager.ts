import { randomUUID } from 'node:crypto';
import { asSignalboxError, hasCode, SignalboxError, systemClock } from '../../../kernel/index.ts';
import type { Clock, Owner } from '../../../kernel/index.ts';
import { SupervisedWorker } from '../../../links/index.ts';
import type { WorkerStatus } from '../../../links/index.ts';
import { LastChanges } from './last-changes.ts';
import type { SettingsChange } from './last-changes.ts';
import { failed } from './command-response.ts';
import type { CommandResponse } from './command-response.ts';
import type { BoardClaim, RedPitayaBoards } from './red-pitaya-boards.ts';
import { isSameBoard, redPitayaWorkerFactory } from './red-pitaya-worker.ts';
import type { RedPitayaConfig } from './red-pitaya-worker.ts';

/** How long a command may take unless it says otherwise, in ms. */
export const commandTimeoutMs = 5_000;
/** So long the board may take to be connected, and its logic loaded, over all attempts. */
export const connectMs = 60_000;
/** So long a worker that is shut down may take to finish what is under way. */
export const shutDownMs = 5_000;
const politeMs = 2_000;

/** One line about what became of a command. */
export interface RedPitayaLogEntry {
  readonly level: 'debug' | 'info' | 'warn';
  readonly message: string;
  readonly command?: string;
  /** Of the command. */
  readonly id?: string;
}

export interface RedPitayaManagerOptions {
  /** What errors and logs call it. @default 'red-pitaya' */
  readonly name?: string;
  /** Who has which board. @default nobody else asks for one */
  readonly boards?: RedPitayaBoards;
  /** The Python that has PyRPL. @default 'python3' */
  readonly python?: string;
  /** Told of every decision on the way of a command and its answer. */
  readonly log?: (entry: RedPitayaLogEntry) => void;
  /** @default the machine's own */
  readonly clock?: Clock;
  /** @default random UUIDs */
  readonly newId?: () => string;
}

/** How one command is sent. */
export interface CommandOptions {
  /** Who sends it, for `lastChange`. */
  readonly by?: Owner;
  /** Aborting it takes the command back, in the worker as well. */
  readonly signal?: AbortSignal;
}

/**
 * One Red Pitaya, driven by PyRPL in a worker, for any number of callers at once: each answer goes to
 * its own command. Can be started again after it was shut down.
 */
export class RedPitayaManager implements AsyncDisposable {
  readonly name: string;
  readonly #options: RedPitayaManagerOptions;
  readonly #clock: Clock;
  readonly #changes = new LastChanges();
  #config: RedPitayaConfig | undefined;
  #worker: SupervisedWorker | undefined;
  #claim: BoardClaim | undefined;
  #starting: Promise<void> | undefined;
  /** Shutting down, one time after the other. */
  #ending: Promise<void> = Promise.resolve();

  constructor(options: RedPitayaManagerOptions = {}) {
    this.name = options.name ?? 'red-pitaya';
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** How many commands wait for their answer. */
  get pendingCount(): number {
    return this.#worker?.pendingCount ?? 0;
  }

  /** Of the worker; undefined while there is none. */
  get status(): WorkerStatus | undefined {
    return this.#worker?.status;
  }

  /** Who changed the settings of a module last, since the board was connected: `scope`, `asg0`, `pid2`. */
  lastChange(module: string): SettingsChange | undefined {
    return this.#changes.of(module);
  }

  /** The last change of each module. */
  lastChanges(): readonly SettingsChange[] {
    return this.#changes.all();
  }

  /**
   * Starts the worker and connects to the board. One that runs already stays as it is: another
   * configuration is told to the log, and not taken.
   *
   * @throws BAD_ARGUMENT without a host name; LEASE_HELD when the board is used by somebody else;
   *   WORKER_UNAVAILABLE when it cannot be connected, with the reason
   */
  async start(config: RedPitayaConfig): Promise<void> {
    if (this.#worker?.state === 'error') await this.shutdown();
    if (this.#starting === undefined) {
      const ended = this.#ending;
      const starting = ended.then(async () => {
        if (this.#starting === starting) return await this.#begin(config);
        const text = `${this.name} was shut down before it started`;
        throw new SignalboxError('WORKER_UNAVAILABLE', text);
      });
      this.#starting = starting;
    } else if (this.#config !== undefined && !isSameBoard(config, this.#config)) {
      this.#log('warn', 'it runs already, with another configuration, which stays');
    }
    const starting = this.#starting;
    try {
      await starting;
    } catch (error) {
      // By then it is as it was before.
      if (this.#starting === starting) await this.shutdown();
      throw error;
    }
  }

  /**
   * Sends a command and gives its response, as the worker says it: an answer of `status` `error` is no
   * exception.
   *
   * @param timeoutMs anything but a number above 0 means 5 s
   * @throws WORKER_UNAVAILABLE when it does not run; WORKER_LOST when it died meanwhile; WORKER_TIMEOUT;
   *   WORKER_BUSY; CANCELLED; VALUE_INVALID for what the wire cannot carry
   */
  async sendCommand(
    command: string,
    params: Readonly<Record<string, unknown>> = {},
    timeoutMs: unknown = commandTimeoutMs,
    { by, signal }: CommandOptions = {},
  ): Promise<CommandResponse> {
    const id = (this.#options.newId ?? randomUUID)();
    const worker = this.#worker;
    if (worker === undefined) {
      this.#log('debug', 'refused: the worker does not run', command, id);
      throw new SignalboxError(
        'WORKER_UNAVAILABLE',
        `${this.name}, ${command}: not sent, because the worker does not run`,
        { details: { isSent: false }, nextStep: 'Start it first.' },
      );
    }
    if (command === 'shutdown') {
      await this.shutdown();
      return { status: 'ok', data: 'shutting down', id };
    }
    const change = { command, params, ...(by === undefined ? {} : { by }) };
    try {
      this.#log('debug', 'sent', command, id);
      const data = await worker.call(command, params, {
        timeoutMs: typeof timeoutMs === 'number' && timeoutMs > 0 ? timeoutMs : commandTimeoutMs,
        label: `${command} ${id}`,
        ...(signal === undefined ? {} : { signal }),
      });
      this.#changes.note({ ...change, atMs: this.#clock.now(), isCertain: true });
      this.#log('debug', 'answered: ok', command, id);
      return { status: 'ok', data, id };
    } catch (thrown) {
      const error = asSignalboxError(thrown);
      const mayBeDone = hasCode(error, 'WORKER_TIMEOUT', 'CANCELLED', 'WORKER_LOST');
      if (mayBeDone && error.details['isSent'] !== false) {
        this.#changes.note({ ...change, atMs: this.#clock.now(), isCertain: false });
      }
      const response = failed(error, { id, command, isMock: this.#config?.isMock ?? false });
      this.#log(
        'debug',
        `${response === undefined ? 'given up' : 'answered'}: ${error.message}`,
        command,
        id,
      );
      if (response === undefined) throw error;
      return response;
    }
  }

  /** Lets what is under way end, for 5 s; then ends the worker, by force where it has to be. Never rejects. */
  async shutdown(): Promise<void> {
    const worker = this.#worker;
    const claim = this.#claim;
    this.#worker = undefined;
    this.#claim = undefined;
    this.#starting = undefined;
    this.#ending = this.#ending.then(async () => {
      await worker?.drain(shutDownMs);
      claim?.[Symbol.dispose]();
    });
    await this.#ending;
    if (worker !== undefined) this.#log('info', 'shut down');
  }

  /** Shuts it down and starts it with the same configuration. @throws as `start`, and before any start */
  async restart(): Promise<void> {
    const config = this.#config;
    if (config === undefined) {
      throw new SignalboxError('BAD_ARGUMENT', `${this.name} was never started`);
    }
    await this.shutdown();
    await this.start(config);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #begin(config: RedPitayaConfig): Promise<void> {
    const { hostname = '', isMock = false } = config;
    if (!isMock && !/^[\w.:[\]-]+$/.test(hostname)) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `${this.name}: '${hostname}' is no host name of a board; give one, or ask for a computed board`,
      );
    }
    const { boards, python = 'python3' } = this.#options;
    if (!isMock) this.#claim = boards?.claim({ host: hostname, way: 'pyrpl', holder: this.name });
    this.#config = config;
    this.#changes.clear();
    const worker = new SupervisedWorker({
      name: this.name,
      factory: redPitayaWorkerFactory(config, python),
      politeMs,
      clock: this.#clock,
    });
    this.#worker = worker;
    worker.on('log', ({ level, line }) => this.#log(level === 'error' ? 'warn' : level, line));
    worker.on('stray', ({ kind, what }) =>
      this.#log('debug', `dropped a reply (${kind}): ${what}`),
    );
    worker.on('state', ({ state, reason = '' }) => {
      this.#log('debug', `the worker is ${state} ${reason}`.trim());
      if (state !== 'ready') return;
      // What of the settings that were made before a board connected anew still has is not known.
      this.#changes.clear();
      worker.call('connect', {}, { timeoutMs: connectMs }).catch(() => {});
    });
    await worker.start({ timeoutMs: connectMs });
    try {
      await worker.call('connect', {}, { timeoutMs: connectMs });
    } catch (cause) {
      const { message } = asSignalboxError(cause);
      throw new SignalboxError('WORKER_UNAVAILABLE', message, { cause });
    }
    this.#log('info', isMock ? 'a computed board runs' : `connected to ${hostname}`);
  }

  #log(level: RedPitayaLogEntry['level'], message: string, command?: string, id?: string): void {
    this.#options.log?.({
      level,
      message: `${this.name}: ${message}`,
      ...(command === undefined ? {} : { command }),
      ...(id === undefined ? {} : { id }),
    });
  }
}
