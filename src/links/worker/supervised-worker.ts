import {
  asSignalboxError,
  BackOff,
  cancellationError,
  Emitter,
  raceAbort,
  RestartBudget,
  SignalboxError,
  sleep,
  systemClock,
} from '../../kernel/index.ts';
import type { BackOffOptions, Clock, RestartBudgetOptions } from '../../kernel/index.ts';
import { endsWithin } from './ends-within.ts';
import { EventFeed } from './event-feed.ts';
import { callTimeoutMsDefault } from './rpc/call-options.ts';
import type { CallOptions } from './rpc/call-options.ts';
import { callsInFlightMost } from './rpc/outgoing-calls.ts';
import type { RpcStatistics } from './rpc/rpc-peer.ts';
import { FunctionTable } from './serve/function-table.ts';
import type { DescribedFunction, WorkerFunction } from './serve/function-table.ts';
import { politeMsDefault } from './worker-body.ts';
import type { WorkerFactory } from './worker-body.ts';
import type { WorkerIntroduction } from './worker-introduction.ts';
import type { WorkerLogLevel } from './worker-log.ts';
import { WorkerLife } from './worker-life.ts';
import { addStatistics, noStatistics } from './worker-status.ts';
import type { WorkerEvents, WorkerState, WorkerStatus } from './worker-status.ts';

/** So long a worker may take from its start until it says that it is ready, in ms. */
export const readyMsDefault = 30_000;
/** So long `start` waits, over several attempts, in ms. */
export const startMsDefault = 60_000;
/** So long a worker that drains may take to finish what is under way, in ms. */
export const drainMsDefault = 30_000;

/** How a worker is kept running. */
export interface SupervisedWorkerOptions {
  /** What errors and logs call it. */
  readonly name: string;
  readonly factory: WorkerFactory;
  /** From each start until `$/ready`, in ms. @default 30_000 */
  readonly readyMs?: number;
  /** Between SIGTERM and SIGKILL, in ms. @default 2_000 */
  readonly politeMs?: number;
  /** So many calls may be in flight; more are refused with WORKER_BUSY. @default 4_096 */
  readonly callsMost?: number;
  /** How many crashes in how much time are too many. @default 5 within 5 s */
  readonly restart?: RestartBudgetOptions;
  /** The pauses before restarts. @default from 100 ms on, doubled, up to 2 s */
  readonly backOff?: BackOffOptions;
  /** What the worker may call here. @default nothing */
  readonly functions?: Readonly<Record<string, WorkerFunction | DescribedFunction>>;
  /** @default the machine's own */
  readonly clock?: Clock;
}

/**
 * A worker that is started, asked by many at once, and started again when it crashes. Every call is
 * settled: with its answer, or with an error that says whether it was sent. A call that was sent is
 * never sent again. Can be started again after it was stopped, or given up.
 */
export class SupervisedWorker implements AsyncDisposable {
  readonly name: string;
  readonly #options: SupervisedWorkerOptions;
  readonly #clock: Clock;
  readonly #events = new Emitter<WorkerEvents>((error, event) => {
    // One that fails at a line of the log would fail at this one too.
    if (event === 'log') return;
    this.#log('error', `a listener of ${event} failed: ${asSignalboxError(error).message}`);
  });
  readonly #table: FunctionTable;
  readonly #budget: RestartBudget;
  #state: WorkerState = 'stopped';
  #reason: string | undefined = 'it was not started';
  #life: WorkerLife | undefined;
  /** The life that is ready to be asked. */
  #ready: WorkerLife | undefined;
  #introduction: WorkerIntroduction | undefined;
  /** Settles when the worker is ready, or will not be. */
  #becomingReady = Promise.withResolvers<WorkerIntroduction>();
  #isDecided = false;
  #waitingCalls = 0;
  /** All lives from a start to the end; undefined once the state says that it has ended. */
  #run: PromiseWithResolvers<void> | undefined;
  #stopping = new AbortController();
  #restarts = 0;
  #past: RpcStatistics = noStatistics;
  /** The first is being told; a listener may bring on more. */
  #untold: WorkerEvents['state'][] = [];

  constructor(options: SupervisedWorkerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#table = new FunctionTable(options.functions ?? {});
    this.#budget = new RestartBudget(options.restart);
    this.#becomingReady.promise.catch(() => {});
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** How many calls wait: for an answer, or for the worker to be ready. */
  get pendingCount(): number {
    return this.#waitingCalls + (this.#life?.peer.pendingCount ?? 0);
  }

  get status(): WorkerStatus {
    const pid = this.#life?.body.pid;
    return {
      name: this.name,
      address: this.#options.factory.address,
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      ...(pid === undefined ? {} : { pid }),
      pendingCount: this.pendingCount,
      restarts: this.#restarts,
      ...(this.#introduction === undefined ? {} : { introduction: this.#introduction }),
    };
  }

  /** Of all lives together. */
  get statistics(): RpcStatistics {
    return this.#life === undefined
      ? this.#past
      : addStatistics(this.#past, this.#life.peer.statistics);
  }

  on<Name extends keyof WorkerEvents>(
    name: Name,
    listener: (payload: WorkerEvents[Name]) => void,
  ): Disposable {
    return this.#events.on(name, listener);
  }

  /** The events of the worker, through restarts, for one consumer that takes its time. */
  events(signal?: AbortSignal): EventFeed {
    return new EventFeed((listener) => this.#events.on('event', listener), signal);
  }

  /**
   * Starts the worker, unless it runs. Resolves when it is ready.
   *
   * @param options.timeoutMs how long this waits, over several attempts, which go on. @default 60_000
   * @throws WORKER_UNAVAILABLE when it crashes too often, is stopped meanwhile, or is not ready in
   *   time; CANCELLED
   */
  async start(
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<WorkerIntroduction> {
    const { timeoutMs = startMsDefault, signal } = options;
    if (this.#state === 'draining' || this.#state === 'stopping') {
      await raceAbort(this.#run?.promise ?? Promise.resolve(), signal, `the start of ${this.name}`);
    }
    if (this.#run === undefined) {
      this.#stopping = new AbortController();
      this.#budget.reset();
      this.#run = Promise.withResolvers();
      this.#enter('starting');
      void this.#keepRunning(this.#stopping.signal);
    }
    return await this.#untilReady(timeoutMs, signal, 'its start');
  }

  /**
   * Calls a function of the worker; while it starts, or starts again, waits for it. Arrays that it
   * is given are not copied: leave them as they are until the answer.
   *
   * @throws WORKER_BUSY, WORKER_UNAVAILABLE, VALUE_INVALID, BAD_ARGUMENT: it was not sent
   * @throws WORKER_TIMEOUT, CANCELLED: it was sent unless `details.isSent` is false
   * @throws WORKER_LOST: the worker died while it had it
   * @throws NOT_FOUND, WORKER_FAILED, or the function's own SignalboxError: it was answered so
   */
  call(method: string, params?: unknown, options: CallOptions = {}): Promise<unknown> {
    const ready = this.#ready;
    return ready === undefined
      ? this.#callWhenReady(method, params, options)
      : ready.peer.call(method, params, options);
  }

  /**
   * Tells the worker something that has no answer. Arrays are copied.
   * @throws WORKER_UNAVAILABLE, WORKER_BUSY, VALUE_INVALID
   */
  notify(method: string, params?: unknown): void {
    if (this.#ready === undefined) throw this.#unavailable(method);
    this.#ready.peer.notify(method, params);
  }

  /**
   * Takes no new calls, lets those under way end, then ends the worker; by force when it takes longer.
   * @param deadlineMs @default 30_000
   */
  async drain(deadlineMs: number = drainMsDefault): Promise<void> {
    const life = this.#ready;
    const run = this.#run;
    if (life === undefined || this.#state !== 'ready') return await this.stop();
    this.#enter('draining', 'it is draining');
    this.#stopping.abort();
    try {
      life.peer.notify('$/drain', {});
    } catch {
      // It does not read; the deadline ends it.
    }
    const hasEnded = await endsWithin(life.ended, deadlineMs, this.#clock);
    if (hasEnded) await run?.promise;
    else await this.stop();
  }

  /** Ends the worker, and settles every call. Resolves when it has ended; never rejects. */
  async stop(): Promise<void> {
    // When it has ended, somebody may have started it again already.
    const run = this.#run;
    if (run === undefined) {
      // One that was given up may be taken for stopped from now on.
      if (this.#state === 'error') this.#enter('stopped', 'it was stopped');
      return;
    }
    this.#stopping.abort();
    if (this.#state !== 'stopping') this.#enter('stopping', 'it is being stopped');
    await this.#life?.kill(this.#options.politeMs ?? politeMsDefault);
    await run.promise;
  }

  /** Ends the life that is under way by force, as a crash does: it is started again as its budget allows. */
  async killLife(): Promise<void> {
    await this.#life?.kill(0);
  }

  /** Drains it, and starts it anew. */
  async restart(): Promise<WorkerIntroduction> {
    await this.drain();
    return await this.start();
  }

  /** As {@link drain}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  async #keepRunning(stopped: AbortSignal): Promise<void> {
    const backOff = new BackOff(this.#options.backOff);
    for (;;) {
      if (stopped.aborted) return this.#endRun('stopped', 'it was stopped');
      const { reason, ranMs } = await this.#live(stopped);
      if (stopped.aborted) return this.#endRun('stopped', 'it was stopped');
      this.#log('error', `ended: ${reason}`);
      // Who ran for long has got over what stopped it before.
      const { withinMs = 5_000 } = this.#options.restart ?? {};
      if (ranMs >= withinMs) backOff.reset();
      if (!this.#budget.take(ranMs)) {
        return this.#endRun('error', `it crashed too often; the last time ${reason}`);
      }
      this.#enter('waiting', reason);
      await sleep(this.#clock, backOff.nextMs(), stopped).catch(() => {});
      if (stopped.aborted) return this.#endRun('stopped', 'it was stopped');
      this.#restarts += 1;
      this.#enter('starting', reason);
    }
  }

  /** From here on it may be started again, also by who is told of its end. */
  #endRun(state: 'stopped' | 'error', reason: string): void {
    const run = this.#run;
    this.#run = undefined;
    this.#enter(state, reason);
    run?.resolve();
  }

  /** One life of the worker. @returns how it ended, and how long it was ready before */
  async #live(stopped: AbortSignal): Promise<{ readonly reason: string; readonly ranMs: number }> {
    let life: WorkerLife;
    try {
      life = this.#beginLife();
    } catch (error) {
      return { reason: `it did not start: ${asSignalboxError(error).message}`, ranMs: 0 };
    }
    this.#life = life;
    let ranMs = 0;
    try {
      const introduction = await life.ready;
      if (!stopped.aborted) {
        const sinceMs = this.#clock.monotonic();
        this.#ready = life;
        this.#introduction = introduction;
        this.#enter('ready');
        await life.ended;
        ranMs = this.#clock.monotonic() - sinceMs;
      }
    } catch {
      // Why it is not ready is how it ended.
    }
    const { reason } = await life.ended;
    this.#past = addStatistics(this.#past, life.peer.statistics);
    this.#life = undefined;
    this.#ready = undefined;
    this.#introduction = undefined;
    return { reason, ranMs };
  }

  #beginLife(): WorkerLife {
    return new WorkerLife({
      factory: this.#options.factory,
      name: this.name,
      clock: this.#clock,
      log: (level, line) => this.#log(level, line),
      readyMs: this.#options.readyMs ?? readyMsDefault,
      callsMost: this.#options.callsMost ?? callsInFlightMost,
      handler: (method, params, context) => this.#table.run(method, params, context),
      onEvent: (name, data) => this.#events.emit('event', { name, data }),
      onStray: (stray) => this.#events.emit('stray', stray),
    });
  }

  #enter(state: WorkerState, reason?: string): void {
    this.#state = state;
    this.#reason = reason;
    if (state !== 'ready') this.#ready = undefined;
    if (state === 'ready' && this.#introduction !== undefined) {
      this.#becomingReady.resolve(this.#introduction);
      this.#isDecided = true;
    } else if (isOver(state) || state === 'draining') {
      this.#becomingReady.reject(this.#unavailable());
      this.#isDecided = true;
    } else if (this.#isDecided) {
      this.#becomingReady = Promise.withResolvers();
      this.#becomingReady.promise.catch(() => {});
      this.#isDecided = false;
    }
    this.#tellState({ state, ...(reason === undefined ? {} : { reason }) });
  }

  /** All listeners hear of all states in their order, also where one of them brings on the next. */
  #tellState(state: WorkerEvents['state']): void {
    this.#untold.push(state);
    if (this.#untold.length > 1) return;
    for (let next = this.#untold[0]; next !== undefined; next = this.#untold[0]) {
      this.#events.emit('state', next);
      this.#untold.shift();
    }
  }

  async #callWhenReady(method: string, params: unknown, options: CallOptions): Promise<unknown> {
    const { signal, timeoutMs = callTimeoutMsDefault } = options;
    const what = `${this.name}, ${method}`;
    if (signal?.aborted === true) throw cancellationError(signal, what);
    if (isOver(this.#state) || this.#state === 'draining') throw this.#unavailable(method);
    if (this.#waitingCalls >= (this.#options.callsMost ?? callsInFlightMost)) {
      const text = `${what}: ${this.#waitingCalls} calls wait for the worker to be ready, the most that may`;
      throw new SignalboxError('WORKER_BUSY', text);
    }
    const startMs = this.#clock.monotonic();
    this.#waitingCalls += 1;
    try {
      await this.#untilReady(timeoutMs, signal, method);
    } finally {
      this.#waitingCalls -= 1;
    }
    const leftMs = timeoutMs - (this.#clock.monotonic() - startMs);
    return await this.call(method, params, { ...options, timeoutMs: Math.max(leftMs, 1) });
  }

  async #untilReady(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    method: string,
  ): Promise<WorkerIntroduction> {
    const late = Promise.withResolvers<never>();
    const timer = this.#clock.schedule(timeoutMs, () => {
      const text = `${this.name}, ${method}: it was not ready within ${timeoutMs} ms, because ${this.#reason ?? 'it starts'}`;
      late.reject(new SignalboxError('WORKER_UNAVAILABLE', text, { details: { isSent: false } }));
    });
    try {
      const first = Promise.race([this.#becomingReady.promise, late.promise]);
      return await raceAbort(first, signal, `${this.name}, ${method}`);
    } finally {
      timer.cancel();
    }
  }

  #unavailable(method?: string): SignalboxError {
    const what = method === undefined ? this.name : `${this.name}, ${method}`;
    const text = `${what}: not sent, because ${this.#reason ?? 'it is not ready'}`;
    const details = { state: this.#state, isSent: false };
    return new SignalboxError('WORKER_UNAVAILABLE', text, { details });
  }

  #log(level: WorkerLogLevel, line: string): void {
    this.#events.emit('log', { level, line });
  }
}

function isOver(state: WorkerState): boolean {
  return state === 'stopped' || state === 'stopping' || state === 'error';
}
