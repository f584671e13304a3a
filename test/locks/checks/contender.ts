import { getEventListeners } from 'node:events';
import { hasCode } from '../../../src/kernel/index.ts';
import type { ManualClock } from '../../../src/kernel/index.ts';
import type { Agent, AcquireOptions } from '../../../src/locks/index.ts';
import { below, must } from './locks-under-test.ts';

/** One request for a lock, as the schedule sees it. */
export interface Contender<Kind, Held> {
  readonly order: number;
  readonly kind: Kind;
  readonly agent: Agent;
  readonly controller: AbortController;
  /** Whether the wait was told of the controller. */
  hasSignal: boolean;
  readonly deadlineMs: number;
  state: 'waiting' | 'held' | 'ended';
  /** It was not granted at once. */
  waited: boolean;
  held: Held | undefined;
  error: unknown;
}

/** All requests of one schedule, and what is true of them whatever the lock. */
export class Contenders<Kind, Held> {
  readonly all: Contender<Kind, Held>[] = [];
  readonly #clock: ManualClock;
  readonly #random: () => number;
  onGrant: (contender: Contender<Kind, Held>) => void = () => {};
  #failure: unknown;

  constructor(clock: ManualClock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  get waiting(): Contender<Kind, Held>[] {
    return this.all.filter(({ state }) => state === 'waiting');
  }

  get held(): Contender<Kind, Held>[] {
    return this.all.filter(({ state }) => state === 'held');
  }

  /** Asks; every other with a signal, and every third with a timeout where none is given. */
  add(
    kind: Kind,
    agent: Agent,
    acquire: (options: AcquireOptions) => Promise<Held>,
    timeoutMs: number | undefined = this.#random() < 0.3
      ? 5 * (1 + below(this.#random, 8))
      : undefined,
  ): Contender<Kind, Held> {
    const contender = this.#make(kind, agent, timeoutMs);
    contender.hasSignal = this.#random() < 0.5;
    const signal = contender.hasSignal ? contender.controller.signal : undefined;
    acquire({ by: agent, timeoutMs, signal }).then(
      (held) => this.#granted(contender, held),
      (error: unknown) => {
        contender.state = 'ended';
        contender.error = error;
      },
    );
    return contender;
  }

  /** Takes note of a lock that was got without asking for a wait. */
  got(kind: Kind, agent: Agent, held: Held): Contender<Kind, Held> {
    const contender = this.#make(kind, agent, undefined);
    this.#granted(contender, held);
    return contender;
  }

  /** Looks at something in a callback, where a violation would be lost; `check` throws it. */
  observe(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#failure ??= error;
    }
  }

  /** What has to be true after each step. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    const nowMs = this.#clock.monotonic();
    for (const { state, deadlineMs, controller, hasSignal } of this.all) {
      if (state !== 'waiting') continue;
      must(deadlineMs > nowMs, 'a wait ends at its timeout');
      must(!controller.signal.aborted || !hasSignal, 'a wait ends when it is cancelled');
    }
    for (const { error, deadlineMs, controller } of this.all) {
      if (hasCode(error, 'WAIT_TIMEOUT')) {
        must(deadlineMs <= nowMs, 'a wait lasts until its timeout');
      }
      if (hasCode(error, 'CANCELLED'))
        must(controller.signal.aborted, 'who waits is not cancelled');
    }
  }

  /** What has to be true when all is over. */
  checkEnd(): void {
    must(this.waiting.length === 0, 'nobody waits for ever');
    must(this.#clock.pendingCount === 0, 'no timer is left');
    for (const { controller } of this.all) {
      must(
        getEventListeners(controller.signal, 'abort').length === 0,
        'no listener is left on a signal',
      );
    }
  }

  #make(kind: Kind, agent: Agent, timeoutMs: number | undefined): Contender<Kind, Held> {
    const contender: Contender<Kind, Held> = {
      order: this.all.length,
      kind,
      agent,
      controller: new AbortController(),
      hasSignal: false,
      deadlineMs: this.#clock.monotonic() + (timeoutMs ?? Infinity),
      state: 'waiting',
      waited: false,
      held: undefined,
      error: undefined,
    };
    this.all.push(contender);
    return contender;
  }

  #granted(contender: Contender<Kind, Held>, held: Held): void {
    contender.held = held;
    contender.state = 'held';
    this.observe(() => this.onGrant(contender));
  }
}

/** Whether the error is one that a wait may end with by what the schedule does. */
export function isOrdinary(error: unknown): boolean {
  return error === undefined || hasCode(error, 'WAIT_TIMEOUT', 'CANCELLED');
}
