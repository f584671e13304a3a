import { asSignalboxError, SignalboxError } from '../../kernel/index.ts';
import type { RuntimeKind } from '../../instruments/index.ts';
import type { ActorEnd, ActorStatus, SupervisedActor } from './supervised-actor.ts';

/** `error`: an actor was given up. `inactive`: it was not started, was stopped, or is not enabled. */
export type RuntimeState = 'active' | 'inactive' | 'error';

/** The actors of one kind, started and ended together. */
export class Runtime {
  readonly kind: RuntimeKind;
  readonly actors: ReadonlyMap<string, SupervisedActor>;
  #isActive = false;

  constructor(kind: RuntimeKind, actors: Iterable<SupervisedActor>) {
    this.kind = kind;
    this.actors = new Map(Array.from(actors, (actor) => [actor.id, actor]));
  }

  get state(): RuntimeState {
    const states = this.statuses().map(({ state }) => state);
    if (states.includes('error')) return 'error';
    // An actor may have been started by itself.
    return this.#isActive || states.some((each) => each !== 'stopped') ? 'active' : 'inactive';
  }

  get isHealthy(): boolean {
    return this.#isActive && this.statuses().every(({ state }) => state === 'running');
  }

  statuses(): ActorStatus[] {
    return Array.from(this.actors.values(), (actor) => actor.status);
  }

  /** Starts all of them, side by side. @throws ACTOR_FAILED with what each that failed failed with */
  async start(): Promise<void> {
    this.#isActive = true;
    await this.#all('start', async (actor) => await actor.start());
  }

  /** Ends one and starts it again. @throws ACTOR_FAILED */
  async restart(actor: SupervisedActor, timeoutMs: number): Promise<void> {
    await actor.stop(timeoutMs);
    await actor.start();
  }

  /** Ends all of them, side by side; those that are starting as well. Never rejects. */
  async stop(timeoutMs: number): Promise<ActorEnd> {
    return await this.#endAll(async (actor) => await actor.stop(timeoutMs));
  }

  /** As {@link stop}; from then on none of them can be started. */
  async close(timeoutMs: number): Promise<ActorEnd> {
    return await this.#endAll(async (actor) => await actor.retire(timeoutMs));
  }

  /** @throws ACTOR_FAILED with what is wrong with each that is not well */
  async check(timeoutMs: number): Promise<void> {
    await this.#all('check', async (actor) => await actor.check(timeoutMs));
  }

  async #endAll(end: (actor: SupervisedActor) => Promise<ActorEnd>): Promise<ActorEnd> {
    this.#isActive = false;
    const ends = await Promise.all(Array.from(this.actors.values(), end));
    return ends.includes('forced') ? 'forced' : 'ended';
  }

  async #all(what: string, run: (actor: SupervisedActor) => Promise<void>): Promise<void> {
    const actors = [...this.actors.values()];
    const results = await Promise.allSettled(actors.map(run));
    const failures = results.flatMap((result, at) =>
      result.status === 'rejected'
        ? [{ actor: actors[at]?.id ?? '', error: asSignalboxError(result.reason) }]
        : [],
    );
    const [first] = failures;
    if (first === undefined) return;
    const words = failures.map(({ actor, error }) => `${actor}: ${error.message}`).join('; ');
    throw new SignalboxError(
      'ACTOR_FAILED',
      `the ${what} of ${this.kind} actors failed: ${words}`,
      {
        details: { runtime: this.kind, actors: failures.map(({ actor }) => actor) },
        cause: first.error,
      },
    );
  }
}
