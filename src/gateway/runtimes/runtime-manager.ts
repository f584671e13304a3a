import { Emitter, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { SharedResources } from '../../instruments/index.ts';
import type { RuntimeKind, SharedSerialPort } from '../../instruments/index.ts';
import { checkedRuntimes } from '../../config/index.ts';
import type { RuntimesConfig, RuntimesInput } from '../../config/index.ts';
import { InlineActor } from './inline-actor.ts';
import { IsolatedActor } from './isolated-actor.ts';
import { Runtime } from './runtime.ts';
import type { RuntimeState } from './runtime.ts';
import type {
  ActorCallOptions,
  ActorListener,
  ActorStatus,
  SupervisedActor,
} from './supervised-actor.ts';
import { within } from './within.ts';

/** How long all of a shutdown may take unless it is told otherwise. */
export const runtimesShutdownMs = 10_000;
/** How long one runtime may take to stop unless it is told otherwise. */
export const runtimeStopMs = 5_000;
/** How long an actor may take to say that it is well. */
export const actorCheckMs = 1_000;

export interface RuntimeManagerOptions {
  /** What actors share; ended with the manager where it made them. @default resources of its own */
  readonly resources?: SharedResources;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** One step of a shutdown. */
export interface RuntimeStep {
  readonly step: RuntimeKind | 'resources';
  /** `forced`: its time was over, and what had not ended was killed or left behind. */
  readonly outcome: 'ended' | 'forced' | 'failed';
  readonly tookMs: number;
  /** What it failed with. */
  readonly reason?: string;
}

/** What a manager publishes. */
export interface RuntimeEvents {
  actor: ActorStatus;
  log: { readonly actor: string; readonly level: string; readonly message: string };
  published: { readonly actor: string; readonly name: string; readonly data: unknown };
  step: RuntimeStep;
}

/** Both runtimes as they are now: plain data. */
export interface RuntimeManagerStatus {
  readonly inline: RuntimeState;
  readonly isolated: RuntimeState;
  readonly actors: readonly ActorStatus[];
}

/**
 * Runs drivers of one's own: old ones in this program's event loop, new ones apart from it, all on the
 * same serial ports and VISA resources. Can be started again after it was shut down.
 */
export class RuntimeManager implements AsyncDisposable {
  readonly events: Emitter<RuntimeEvents> = new Emitter<RuntimeEvents>();
  readonly #config: RuntimesConfig;
  readonly #clock: Clock;
  readonly #given: SharedResources | undefined;
  #resources: SharedResources;
  #runtimes: Readonly<Record<RuntimeKind, Runtime>>;
  /** The shutdown that is under way. Never rejects. */
  #ending: Promise<readonly RuntimeStep[]> | undefined;

  /**
   * @param config of a program, or the `runtimes` of a file that `loadConfig` has read
   * @throws CONFIG_INVALID where no runtime is enabled, two actors have one id, or something is missing
   */
  constructor(config: RuntimesInput, options: RuntimeManagerOptions = {}) {
    this.#config = checkedRuntimes(config);
    this.#clock = options.clock ?? systemClock;
    this.#given = options.resources;
    this.#resources = this.#given ?? new SharedResources({ clock: this.#clock });
    this.#runtimes = this.#build();
  }

  /** What actors share. */
  get resources(): SharedResources {
    return this.#resources;
  }

  /** As {@link SharedResources.getSharedSerialPort}. */
  getSharedSerialPort(path: string): SharedSerialPort {
    return this.#resources.getSharedSerialPort(path);
  }

  /** As {@link SharedResources.enqueueVisaCommand}. */
  async enqueueVisaCommand(
    command: string,
    timeoutMs: number,
    owner: string,
    resource?: string,
  ): Promise<string> {
    return await this.#resources.enqueueVisaCommand(command, timeoutMs, owner, resource);
  }

  status(): RuntimeManagerStatus {
    const { inline, isolated } = this.#runtimes;
    const actors = [...inline.statuses(), ...isolated.statuses()];
    return { inline: inline.state, isolated: isolated.state, actors };
  }

  /** Whether a runtime is enabled and all its actors run; without a name, all that are enabled. */
  isHealthy(kind?: RuntimeKind): boolean {
    const kinds = kind === undefined ? this.#enabled : [kind];
    return kinds.every((each) => this.#runtimes[each].isHealthy);
  }

  /**
   * Asks every actor of every enabled runtime whether it is well.
   * @throws ACTOR_FAILED with what is wrong
   */
  async checkHealth(): Promise<void> {
    for (const kind of this.#enabled) {
      const runtime = this.#runtimes[kind];
      if (runtime.state === 'inactive') {
        throw new SignalboxError('ACTOR_FAILED', `the ${kind} runtime is not started`, {
          details: { runtime: kind },
        });
      }
      await runtime.check(actorCheckMs);
    }
  }

  /**
   * Starts what is enabled: inline first. What failed to start is told when all were tried; the rest runs.
   * @throws ACTOR_FAILED
   */
  async start(): Promise<void> {
    await this.#ending;
    const runtimes = this.#runtimes;
    const failures: unknown[] = [];
    for (const kind of this.#enabled) {
      // It was shut down meanwhile: what is not started is not started any more.
      if (this.#ending !== undefined || this.#runtimes !== runtimes) break;
      await runtimes[kind].start().catch((error: unknown) => void failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  /** @throws ACTOR_FAILED; BAD_ARGUMENT for a runtime that is not enabled */
  async startRuntime(kind: RuntimeKind): Promise<void> {
    if (!this.#config[kind].enabled) {
      throw new SignalboxError('BAD_ARGUMENT', `the ${kind} runtime is not enabled`);
    }
    await this.#ending;
    await this.#runtimes[kind].start();
  }

  /** Ends one runtime; the other goes on. Never rejects. */
  async stopRuntime(kind: RuntimeKind, timeoutMs: number = runtimeStopMs): Promise<void> {
    await this.#runtimes[kind].stop(timeoutMs);
  }

  /** Ends one actor and starts it again. @throws NOT_FOUND; ACTOR_FAILED */
  async restartActor(id: string, timeoutMs: number = runtimeStopMs): Promise<void> {
    const { runtime, actor } = this.#find(id);
    await runtime.restart(actor, timeoutMs);
  }

  /** Asks an actor. @throws NOT_FOUND; ACTOR_FAILED; what it answers */
  async call(
    id: string,
    method: string,
    params?: unknown,
    options: ActorCallOptions = {},
  ): Promise<unknown> {
    return await this.#find(id).actor.call(method, params, options);
  }

  /**
   * Ends everything: who asks first, isolated before inline, and then what they shared. Every step has
   * what is left of the time; what has not ended by then is ended by force. Never rejects.
   * @param timeoutMs for all of it
   * @returns what became of each step
   */
  async shutdown(timeoutMs: number = runtimesShutdownMs): Promise<readonly RuntimeStep[]> {
    this.#ending ??= this.#shutDown(timeoutMs).finally(() => (this.#ending = undefined));
    return await this.#ending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  get #enabled(): readonly RuntimeKind[] {
    return (['inline', 'isolated'] as const).filter((kind) => this.#config[kind].enabled);
  }

  async #shutDown(timeoutMs: number): Promise<readonly RuntimeStep[]> {
    const startMs = this.#clock.monotonic();
    const steps: RuntimeStep[] = [];
    const left = (share: number): number =>
      Math.max(1, (timeoutMs - (this.#clock.monotonic() - startMs)) * share);
    const step = async (
      name: RuntimeStep['step'],
      run: () => Promise<unknown>,
      longestMs: number,
    ) => {
      const beganMs = this.#clock.monotonic();
      const outcome = await within(run(), longestMs, this.#clock);
      const told: RuntimeStep = {
        step: name,
        outcome:
          outcome.kind === 'failed'
            ? 'failed'
            : outcome.kind === 'late' || outcome.value === 'forced'
              ? 'forced'
              : 'ended',
        tookMs: this.#clock.monotonic() - beganMs,
        ...(outcome.kind === 'failed' ? { reason: outcome.error.message } : {}),
      };
      steps.push(told);
      this.events.emit('step', told);
    };
    for (const [kind, share] of [
      ['isolated', 0.4],
      ['inline', 0.6],
    ] as const) {
      const runtime = this.#runtimes[kind];
      if (!this.#config[kind].enabled) continue;
      // Whoever is not ended in order within its part is ended by force in the rest.
      const partMs = left(share);
      await step(kind, async () => await runtime.close(partMs / 2), partMs);
    }
    if (this.#given === undefined) {
      const resources = this.#resources;
      await step('resources', async () => await resources.close(), left(1));
      this.#resources = new SharedResources({ clock: this.#clock });
    }
    this.#runtimes = this.#build();
    return steps;
  }

  #build(): Readonly<Record<RuntimeKind, Runtime>> {
    const listener: ActorListener = {
      log: (actor, level, message) => this.events.emit('log', { actor, level, message }),
      published: (actor, name, data) => this.events.emit('published', { actor, name, data }),
      changed: (status) => this.events.emit('actor', status),
    };
    const common = { resources: this.#resources, clock: this.#clock, listener };
    const { inline, isolated } = this.#config;
    return {
      inline: new Runtime(
        'inline',
        inline.actors.map((config) => new InlineActor({ config, ...common })),
      ),
      isolated: new Runtime(
        'isolated',
        isolated.actors.map((config) => new IsolatedActor({ config, ...common })),
      ),
    };
  }

  #find(id: string): { readonly runtime: Runtime; readonly actor: SupervisedActor } {
    const { inline, isolated } = this.#runtimes;
    for (const runtime of [inline, isolated]) {
      const actor = runtime.actors.get(id);
      if (actor !== undefined) return { runtime, actor };
    }
    const ids = [...inline.actors.keys(), ...isolated.actors.keys()];
    throw new SignalboxError(
      'NOT_FOUND',
      `there is no actor '${id}'; there are ${ids.join(', ') || 'none'}`,
    );
  }
}
