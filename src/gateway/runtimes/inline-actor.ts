import {
  asSignalboxError,
  BackOff,
  raceAbort,
  RestartBudget,
  sleep,
  throwIfCancelled,
} from '../../kernel/index.ts';
import type { Clock, SignalboxError } from '../../kernel/index.ts';
import { HeldResources } from '../../instruments/index.ts';
import type { RunningActor, SharedResources } from '../../instruments/index.ts';
import type { ActorConfig } from '../../config/index.ts';
import { actorFailed, notStarted } from './actor-failed.ts';
import { loadActor } from './load-actor.ts';
import { moduleUrl } from './module-url.ts';
import { actorCallMs, actorStartMs } from './supervised-actor.ts';
import type {
  ActorCallOptions,
  ActorEnd,
  ActorListener,
  ActorState,
  ActorStatus,
  SupervisedActor,
} from './supervised-actor.ts';
import { within } from './within.ts';

export interface InlineActorOptions {
  readonly config: ActorConfig;
  readonly resources: SharedResources;
  readonly clock: Clock;
  readonly listener: ActorListener;
}

/** One life of an actor. */
interface Life {
  readonly stop: AbortController;
  /** Of an actor whose `start` was called. */
  starting?: Promise<RunningActor>;
  running?: RunningActor;
}

/**
 * An actor in the event loop of this program: quick to ask, and one that blocks blocks everybody. What
 * it threw, or its `done` rejected with, is a crash; it is started again as its budget allows.
 */
export class InlineActor implements SupervisedActor {
  readonly id: string;
  readonly #options: InlineActorOptions;
  readonly #budget: RestartBudget;
  #state: ActorState = 'stopped';
  #reason: string | undefined;
  #restarts = 0;
  #life: Life | undefined;
  /** Monotonic; of the life that is under way, or was last. */
  #runningSinceMs: number | undefined;
  #stopping = new AbortController();
  #kept: Promise<void> | undefined;
  #isRetired = false;
  /** The stop that is under way. */
  #ending: Promise<ActorEnd> | undefined;
  /** Settles when it runs for the first time since it was started, or will not. */
  #first: Promise<void> = Promise.resolve();

  constructor(options: InlineActorOptions) {
    this.id = options.config.id;
    this.#options = options;
    this.#budget = new RestartBudget();
  }

  get status(): ActorStatus {
    const { id } = this;
    const reason = this.#reason === undefined ? {} : { reason: this.#reason };
    return { id, runtime: 'inline', state: this.#state, ...reason, restarts: this.#restarts };
  }

  async start(): Promise<void> {
    await this.#ending;
    if (this.#isRetired) throw actorFailed(this.id, 'was shut down');
    if (this.#kept === undefined) {
      this.#stopping = new AbortController();
      this.#budget.reset();
      const first = Promise.withResolvers<void>();
      this.#first = first.promise;
      this.#kept = this.#keep(this.#stopping.signal, first).finally(() => (this.#kept = undefined));
    }
    const outcome = await within(this.#first, actorStartMs, this.#options.clock);
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'late') throw notStarted(this.id);
  }

  async stop(timeoutMs: number): Promise<ActorEnd> {
    this.#ending ??= this.#end(timeoutMs).finally(() => (this.#ending = undefined));
    return await this.#ending;
  }

  async retire(timeoutMs: number): Promise<ActorEnd> {
    this.#isRetired = true;
    return await this.stop(timeoutMs);
  }

  async #end(timeoutMs: number): Promise<ActorEnd> {
    const kept = this.#kept;
    if (kept === undefined) {
      this.#enter('stopped');
      return 'ended';
    }
    this.#enter('stopping');
    const { clock, listener } = this.#options;
    const stopped = actorFailed(this.id, 'was stopped');
    const life = this.#life;
    life?.stop.abort(stopped);
    const outcome = await within(endInOrder(life), timeoutMs, clock);
    // What it holds is free from now on, also when it goes on by itself.
    this.#stopping.abort(stopped);
    await kept;
    this.#enter('stopped');
    if (outcome.kind === 'failed') {
      listener.log(this.id, 'warn', `did not stop in order: ${outcome.error.message}`);
    }
    return outcome.kind === 'late' ? 'forced' : 'ended';
  }

  async call(
    method: string,
    params: unknown,
    { timeoutMs = actorCallMs, signal }: ActorCallOptions,
  ): Promise<unknown> {
    const { running } = this.#alive();
    if (running.call === undefined) throw actorFailed(this.id, 'takes no calls');
    const late = new AbortController();
    const ends = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    const answered = Promise.resolve(running.call(method, params, ends));
    const outcome = await within(
      raceAbort(answered, signal, `a call of actor ${this.id}`),
      timeoutMs,
      this.#options.clock,
    );
    if (outcome.kind === 'done') return outcome.value;
    if (outcome.kind === 'failed') throw outcome.error;
    const error = actorFailed(this.id, `gave no answer within ${timeoutMs} ms`);
    late.abort(error);
    throw error;
  }

  async check(timeoutMs: number): Promise<void> {
    const { running } = this.#alive();
    const checked = Promise.resolve().then(() => running.check?.());
    const outcome = await within(checked, timeoutMs, this.#options.clock);
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'late')
      throw actorFailed(this.id, `was not checked within ${timeoutMs} ms`);
  }

  #alive(): { readonly running: RunningActor } {
    const running = this.#life?.running;
    if (this.#state === 'running' && running !== undefined) return { running };
    throw actorFailed(this.id, `is ${this.#state}: ${this.#reason ?? 'it was not started'}`);
  }

  /** Life after life, until it is stopped or given up. Never rejects. */
  async #keep(stopped: AbortSignal, first: PromiseWithResolvers<void>): Promise<void> {
    const backOff = new BackOff();
    for (;;) {
      this.#runningSinceMs = undefined;
      const error = await this.#live(stopped, first);
      const nowMs = this.#options.clock.monotonic();
      if (stopped.aborted || this.#state === 'stopping') break;
      const reason = error?.message ?? 'it ended by itself';
      this.#options.listener.log(this.id, 'error', `crashed: ${reason}`);
      if (!this.#budget.take(nowMs - (this.#runningSinceMs ?? nowMs))) {
        this.#enter('error', `it crashed too often; the last time: ${reason}`);
        first.reject(error ?? actorFailed(this.id, 'ended by itself, again and again'));
        return;
      }
      this.#enter('waiting', reason);
      await sleep(this.#options.clock, backOff.nextMs(), stopped).catch(() => {});
      if (stopped.aborted) break;
      this.#restarts += 1;
    }
    first.reject(actorFailed(this.id, 'was stopped while it was being started'));
  }

  /** One life. @returns what ended it, where something did */
  async #live(
    stopped: AbortSignal,
    first: PromiseWithResolvers<void>,
  ): Promise<SignalboxError | undefined> {
    const { resources } = this.#options;
    const stop = new AbortController();
    await using held = new HeldResources(this.id, resources);
    const life: Life = { stop };
    this.#life = life;
    this.#enter('starting');
    try {
      const started = await within(
        raceAbort(this.#begin(life, held, stopped), stopped, `the start of actor ${this.id}`),
        actorStartMs,
        this.#options.clock,
      );
      if (started.kind === 'late') throw notStarted(this.id);
      if (started.kind === 'failed') throw started.error;
      life.running = started.value;
      this.#runningSinceMs = this.#options.clock.monotonic();
      this.#enter('running');
      first.resolve();
      // One that never ends by itself lives until it is stopped.
      await raceAbort(
        life.running.done ?? new Promise<void>(() => {}),
        stopped,
        `actor ${this.id}`,
      );
      return undefined;
    } catch (error) {
      return asSignalboxError(error);
    } finally {
      stop.abort();
      this.#life = undefined;
      // One that comes up when it is given up is not to go on beside the next.
      if (life.running === undefined) life.starting?.then(endLate, () => {});
    }
  }

  async #begin(life: Life, held: HeldResources, stopped: AbortSignal): Promise<RunningActor> {
    const { config, listener } = this.#options;
    const actor = await loadActor(moduleUrl(config.module), 'inline');
    throwIfCancelled(stopped, `the start of actor ${this.id}`);
    life.starting = Promise.resolve(
      actor.start({
        id: this.id,
        settings: config.settings,
        resources: held,
        signal: life.stop.signal,
        log: (level, message) => listener.log(this.id, level, message),
        publish: (name, data) => listener.published(this.id, name, data),
      }),
    );
    return await life.starting;
  }

  #enter(state: ActorState, reason?: string): void {
    if (this.#state === 'stopping' && state !== 'stopped') return;
    this.#state = state;
    this.#reason = reason;
    this.#options.listener.changed(this.status);
  }
}

async function endInOrder(life: Life | undefined): Promise<void> {
  // One that is still starting is ended as soon as it runs.
  const running = life?.running ?? (await life?.starting);
  await running?.stop?.();
  // How it ended is no matter any more.
  await running?.done?.catch(() => {});
}

async function endLate(running: RunningActor): Promise<void> {
  try {
    await running.stop?.();
  } catch {
    // Nobody waits for it any more.
  }
}
