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
import { actorFailed } from './actor-failed.ts';
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
    this.#worker.on('log', ({ line }) => listener.log(this.id, 'info', line));
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
    if (this.#isRunning) return;
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
    const { clock, listener } = this.#options;
    const wasRunning = this.#isRunning;
    const stopped = wasRunning
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
    if (state === 'ready') return this.#isRunning ? 'running' : 'starting';
    return state === 'draining' ? 'stopping' : state;
  }

  #checkRunning(): void {
    if (this.#isRunning) return;
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
      const answer = (await this.#worker.call('start', {}, { timeoutMs: actorStartMs })) as {
        readonly hasCalls: boolean;
      };
      this.#hasCalls = answer.hasCalls;
      this.#isRunning = true;
      this.#tell();
      return undefined;
    } catch (error) {
      const failure = asSignalboxError(error);
      this.#reason = failure.message;
      // One that hangs in its start does not end by itself.
      if (failure.code === 'WORKER_TIMEOUT') void this.#worker.stop();
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
  const { id, settings, isolation, memoryMostMib } = config;
  const data: ActorWorkerData = { id, url: moduleUrl(config.module), settings };
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
    ...(memoryMostMib === undefined ? {} : { memory: { maxOldGenerationSizeMb: memoryMostMib } }),
  });
}
