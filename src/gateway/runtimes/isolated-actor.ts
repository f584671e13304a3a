import { fileURLToPath } from 'node:url';
import { asSignalboxError } from '../../kernel/index.ts';
import type { Clock, SignalboxError } from '../../kernel/index.ts';
import { HeldResources } from '../../instruments/index.ts';
import type { SharedResources } from '../../instruments/index.ts';
import {
  nodeProcessWorkerFactory,
  SupervisedWorker,
  threadWorkerFactory,
} from '../../links/index.ts';
import type { WorkerFactory, WorkerState } from '../../links/index.ts';
import type { ActorConfig } from '../../config/index.ts';
import { actorFailed, notStarted } from './actor-failed.ts';
import type { ActorWorkerData } from './actor-worker.ts';
import { actorCallMs, actorStartMs } from './supervised-actor.ts';
import { moduleUrl } from './module-url.ts';
import { ResourceFunctions } from './resource-functions.ts';
import type {
  ActorCallOptions,
  ActorEnd,
  ActorListener,
  ActorState,
  ActorStatus,
  SupervisedActor,
} from './supervised-actor.ts';
import { within } from './within.ts';

const entry = new URL(
  import.meta.url.endsWith('.ts') ? './actor-worker.ts' : './actor-worker.js',
  import.meta.url,
);

export interface IsolatedActorOptions {
  readonly config: ActorConfig;
  readonly resources: SharedResources;
  readonly clock: Clock;
  readonly listener: ActorListener;
}

/** An actor in a thread or process of its own: one that blocks or crashes stops nobody. */
export class IsolatedActor implements SupervisedActor {
  readonly id: string;
  readonly #options: IsolatedActorOptions;
  readonly #worker: SupervisedWorker;
  readonly #functions: ResourceFunctions;
  #held: HeldResources;
  #isRunning = false;
  #isRetired = false;
  /** The stop that is under way. */
  #ending: Promise<ActorEnd> | undefined;
  #hasCalls = false;
  #reason: string | undefined;
  /** Settles when this life's actor runs, or will not. Never rejects. */
  #started: Promise<SignalboxError | undefined> = Promise.resolve(undefined);
  #changed = Promise.withResolvers<void>();

  constructor(options: IsolatedActorOptions) {
    const { config, resources, clock, listener } = options;
    this.id = config.id;
    this.#options = options;
    this.#held = new HeldResources(this.id, resources);
    this.#functions = new ResourceFunctions(() => this.#held);
    this.#worker = new SupervisedWorker({
      name: `actor ${this.id}`,
      factory: factoryOf(config, clock),
      functions: this.#functions.all,
      // It was asked to stop before.
      politeMs: 100,
      clock,
    });
    this.#worker.on('log', ({ level, line }) => listener.log(this.id, level, line));
    this.#worker.on('event', ({ name, data }) => listener.published(this.id, name, data));
    this.#worker.on('state', ({ state, reason }) => this.#entered(state, reason));
  }

  get status(): ActorStatus {
    const { id } = this;
    const reason = this.#reason ?? this.#worker.status.reason;
    const state = this.#state;
    const why = reason === undefined || state === 'running' ? {} : { reason };
    return { id, runtime: 'isolated', state, ...why, restarts: this.#worker.status.restarts };
  }

  async start(): Promise<void> {
    await this.#ending;
    if (this.#isRetired) throw actorFailed(this.id, 'was shut down');
    if (this.#isRunning) return;
    const outcome = await within(this.#comesUp(), actorStartMs, this.#options.clock);
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'late') throw notStarted(this.id);
  }

  async #comesUp(): Promise<void> {
    await this.#worker.start();
    // Its first life may crash while it starts; then the next one counts.
    for (;;) {
      const failure = await this.#started;
      if (this.#isRunning) return;
      if (this.#worker.state === 'error' || this.#worker.state === 'stopped') {
        throw failure ?? actorFailed(this.id, `did not start: ${this.#worker.status.reason ?? ''}`);
      }
      await this.#changed.promise;
    }
  }

  async stop(timeoutMs: number): Promise<ActorEnd> {
    this.#ending ??= this.#end(timeoutMs).finally(() => (this.#ending = undefined));
    this.#tell();
    return await this.#ending;
  }

  async retire(timeoutMs: number): Promise<ActorEnd> {
    this.#isRetired = true;
    return await this.stop(timeoutMs);
  }

  async #end(timeoutMs: number): Promise<ActorEnd> {
    const { clock, listener } = this.#options;
    const stopped = this.#isRunning
      ? await within(this.#worker.call('stop', {}, { timeoutMs }), timeoutMs, clock)
      : ({ kind: 'done', value: undefined } as const);
    if (stopped.kind === 'failed') {
      listener.log(this.id, 'warn', `did not stop in order: ${stopped.error.message}`);
    }
    await this.#worker.stop();
    return stopped.kind === 'late' || isLate(stopped) ? 'forced' : 'ended';
  }

  async call(
    method: string,
    params: unknown,
    { timeoutMs = actorCallMs, signal }: ActorCallOptions,
  ): Promise<unknown> {
    this.#checkRunning();
    if (!this.#hasCalls) throw actorFailed(this.id, 'takes no calls');
    const options = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
    return await this.#worker.call('call', { method, params }, options);
  }

  async check(timeoutMs: number): Promise<void> {
    this.#checkRunning();
    await this.#worker.call('check', {}, { timeoutMs });
  }

  get #state(): ActorState {
    const { state } = this.#worker;
    if (state === 'stopped' || state === 'error') return state;
    if (this.#ending !== undefined || state === 'draining') return 'stopping';
    if (state === 'ready') return this.#isRunning ? 'running' : 'starting';
    return state;
  }

  #checkRunning(): void {
    if (this.#isRunning && this.#ending === undefined) return;
    const { state, reason } = this.status;
    throw actorFailed(this.id, `is ${state}: ${reason ?? 'it was not started'}`);
  }

  #entered(state: WorkerState, reason: string | undefined): void {
    this.#reason = reason;
    if (state === 'ready') this.#started = this.#begin();
    else this.#endLife();
    this.#tell();
  }

  /** The actor of a life whose thread or process runs. @returns what its start failed with */
  async #begin(): Promise<SignalboxError | undefined> {
    try {
      const { settings } = this.#options.config;
      const answer = (await this.#worker.call('start', settings, {
        timeoutMs: actorStartMs,
      })) as { readonly hasCalls: boolean };
      this.#hasCalls = answer.hasCalls;
      this.#isRunning = true;
      this.#tell();
      return undefined;
    } catch (error) {
      const failure = asSignalboxError(error);
      this.#reason = failure.message;
      // One that hangs in its start does not end by itself: that is a crash as well.
      if (failure.code === 'WORKER_TIMEOUT') void this.#worker.killLife();
      return failure;
    }
  }

  /** What it held is free for others, whatever became of it. */
  #endLife(): void {
    this.#isRunning = false;
    const held = this.#held;
    this.#held = new HeldResources(this.id, this.#options.resources);
    void held[Symbol.asyncDispose]();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    this.#options.listener.changed(this.status);
  }
}

function isLate(outcome: { readonly kind: string; readonly error?: SignalboxError }): boolean {
  return outcome.error?.code === 'WORKER_TIMEOUT';
}

function factoryOf(config: ActorConfig, clock: Clock): WorkerFactory {
  const { id, isolation, memoryMostMib } = config;
  // What it is set to is not to be seen in a list of processes: it is told at its start.
  const data: ActorWorkerData = { id, url: moduleUrl(config.module) };
  if (isolation === 'process') {
    return nodeProcessWorkerFactory({
      module: fileURLToPath(entry),
      args: [JSON.stringify(data)],
      clock,
      ...(memoryMostMib === undefined ? {} : { memoryMostMib }),
    });
  }
  return threadWorkerFactory({
    module: entry,
    data,
    clock,
    ...(memoryMostMib === undefined ? {} : { memoryMostMib }),
  });
}
