import { cancellationError, onAbort, SignalboxError } from '../kernel/index.ts';
import type { Clock, Owner, Timer } from '../kernel/index.ts';
import { Agent } from './agent.ts';
import { keepLayout } from './keep-layout.ts';
import type { Wait, Waitable, WaitGraph } from './wait-graph.ts';

/** How long a wait may last. */
export interface WaitOptions {
  /** Ends the wait with its reason, or with CANCELLED. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait with WAIT_TIMEOUT; 0 does not wait at all. @default until granted */
  readonly timeoutMs?: number | undefined;
}

/** Who takes a lock, and how long it may wait for it. */
export interface AcquireOptions extends WaitOptions {
  /** Who takes it. @default the call chain that runs now, or nobody in particular */
  readonly by?: Agent | undefined;
}

/** One who waits, as people see it. Plain data. */
export interface WaiterStatus {
  readonly owner: Owner;
  readonly waitedMs: number;
}

/** Counted over all waits in a line. */
export interface WaitStatistics {
  /** How many had to wait, whatever came of it. */
  readonly contended: number;
  readonly timedOut: number;
  readonly cancelled: number;
  /** Refused because they would have been a deadlock. */
  readonly deadlocks: number;
  readonly totalWaitMs: number;
  readonly longestWaitMs: number;
  /** The most that ever waited at once. */
  readonly longestLine: number;
}

/** No more may wait for one lock at a time; the next is refused with QUEUE_FULL. */
export const waitersMost = 100_000;

export interface WaitLineOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly graph: WaitGraph | undefined;
  /** Who is waited for, for the message of a wait that ended: `held by …`. */
  readonly describeHolders: () => string;
  /** A waiter gave up: those behind it may be able to go on. */
  readonly onAbandoned: () => void;
}

class Waiter<Grant, Resource extends Waitable> implements Wait {
  readonly agent: Agent;
  readonly resource: Resource;
  readonly graph: WaitGraph | undefined;
  readonly sinceMs: number;
  previous: Waiter<Grant, Resource> | undefined;
  next: Waiter<Grant, Resource> | undefined;
  readonly resolve: (grant: Grant) => void;
  readonly reject: (error: unknown) => void;
  timer: Timer | undefined;
  listener: Disposable | undefined;

  constructor(
    agent: Agent,
    resource: Resource,
    graph: WaitGraph | undefined,
    resolve: (grant: Grant) => void,
    reject: (error: unknown) => void,
    sinceMs: number,
  ) {
    this.agent = agent;
    this.resource = resource;
    this.graph = graph;
    this.resolve = resolve;
    this.reject = reject;
    this.sinceMs = sinceMs;
  }
}

keepLayout(
  new Waiter(
    new Agent(),
    { name: 'nothing', holders: () => [] },
    undefined,
    () => {},
    () => {},
    performance.now(),
  ),
);

/** Those who wait for one lock, first in, first out. */
export class WaitLine<Grant, Resource extends Waitable = Waitable> {
  readonly #options: WaitLineOptions;
  readonly #graph: WaitGraph | undefined;
  #first: Waiter<Grant, Resource> | undefined;
  #last: Waiter<Grant, Resource> | undefined;
  #size = 0;
  #contended = 0;
  #timedOut = 0;
  #cancelled = 0;
  #deadlocks = 0;
  #totalWaitMs = 0;
  #longestWaitMs = 0;
  #longestLine = 0;

  constructor(options: WaitLineOptions) {
    this.#options = options;
    this.#graph = options.graph;
  }

  get size(): number {
    return this.#size;
  }

  /** Who is first in line. */
  get first(): { readonly agent: Agent; readonly resource: Resource } | undefined {
    return this.#first;
  }

  /**
   * Gets in line. The promise settles when {@link grantFirst} comes to it, or when the wait ends
   * otherwise: DEADLOCK, WAIT_TIMEOUT, CANCELLED, QUEUE_FULL, or BAD_ARGUMENT for a bad timeout.
   */
  wait(agent: Agent, resource: Resource, options: WaitOptions | undefined): Promise<Grant> {
    // No closure but this one, which the engine does away with: thousands may wait.
    return new Promise((resolve, reject) => {
      const nowMs = this.#options.clock.monotonic();
      this.#begin(new Waiter(agent, resource, this.#graph, resolve, reject, nowMs), options);
    });
  }

  /** Lets the first one go on with what `grant` makes for it, or fail with what `grant` throws. */
  grantFirst(grant: (agent: Agent, resource: Resource) => Grant): boolean {
    const waiter = this.#first;
    if (waiter === undefined) return false;
    this.#take(waiter);
    try {
      waiter.resolve(grant(waiter.agent, waiter.resource));
    } catch (error) {
      waiter.reject(error);
    }
    return true;
  }

  status(): readonly WaiterStatus[] {
    const nowMs = this.#options.clock.monotonic();
    const waiters: WaiterStatus[] = [];
    for (let waiter = this.#first; waiter !== undefined; waiter = waiter.next) {
      waiters.push({ owner: waiter.agent.owner, waitedMs: nowMs - waiter.sinceMs });
    }
    return waiters;
  }

  statistics(): WaitStatistics {
    return {
      contended: this.#contended,
      timedOut: this.#timedOut,
      cancelled: this.#cancelled,
      deadlocks: this.#deadlocks,
      totalWaitMs: this.#totalWaitMs,
      longestWaitMs: this.#longestWaitMs,
      longestLine: this.#longestLine,
    };
  }

  #begin(waiter: Waiter<Grant, Resource>, options: WaitOptions | undefined): void {
    const signal = options?.signal;
    const timeoutMs = options?.timeoutMs;
    checkWait(this.#options.name, signal, timeoutMs);
    if (timeoutMs === 0) {
      this.#timedOut += 1;
      throw this.#timeoutError(0);
    }
    if (this.#size >= waitersMost) {
      throw new SignalboxError(
        'QUEUE_FULL',
        `${waitersMost} wait for ${this.#options.name} already`,
      );
    }
    if (this.#graph !== undefined) this.#enter(waiter, this.#graph);
    this.#push(waiter);
    if (timeoutMs !== undefined) this.#endAfter(waiter, timeoutMs);
    if (signal !== undefined) this.#endWith(waiter, signal);
  }

  #endAfter(waiter: Waiter<Grant, Resource>, timeoutMs: number): void {
    if (timeoutMs === Infinity) return;
    waiter.timer = this.#options.clock.schedule(timeoutMs, () => {
      this.#timedOut += 1;
      this.#abandon(waiter, () => this.#timeoutError(timeoutMs));
    });
  }

  #endWith(waiter: Waiter<Grant, Resource>, signal: AbortSignal): void {
    waiter.listener = onAbort(signal, () => {
      this.#cancelled += 1;
      this.#abandon(waiter, () => cancellationError(signal, `the wait for ${this.#options.name}`));
    });
  }

  #enter(waiter: Waiter<Grant, Resource>, graph: WaitGraph): void {
    try {
      graph.enter(waiter);
    } catch (error) {
      this.#deadlocks += 1;
      throw error;
    }
  }

  #push(waiter: Waiter<Grant, Resource>): void {
    waiter.previous = this.#last;
    if (this.#last === undefined) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#size += 1;
    this.#contended += 1;
    if (this.#size > this.#longestLine) this.#longestLine = this.#size;
  }

  /** Takes a waiter out of the line and everything that was set up for it away. */
  #take(waiter: Waiter<Grant, Resource>): void {
    const { previous, next } = waiter;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    waiter.previous = undefined;
    waiter.next = undefined;
    this.#size -= 1;
    this.#graph?.leave(waiter);
    waiter.timer?.cancel();
    waiter.listener?.[Symbol.dispose]();
    const waitedMs = this.#options.clock.monotonic() - waiter.sinceMs;
    this.#totalWaitMs += waitedMs;
    if (waitedMs > this.#longestWaitMs) this.#longestWaitMs = waitedMs;
  }

  #abandon(waiter: Waiter<Grant, Resource>, error: () => SignalboxError): void {
    // Out of the line first: to say who holds the lock may end a hold, which grants the next one.
    this.#take(waiter);
    waiter.reject(error());
    this.#options.onAbandoned();
  }

  #timeoutError(timeoutMs: number): SignalboxError {
    const { name, describeHolders } = this.#options;
    return new SignalboxError(
      'WAIT_TIMEOUT',
      `${name} was not free within ${timeoutMs} ms: ${describeHolders()}`,
      { details: { resource: name, timeoutMs } },
    );
  }
}

/** @throws CANCELLED when the signal is aborted already; BAD_ARGUMENT when the timeout is no time */
export function checkWait(
  name: string,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
): void {
  if (signal?.aborted === true) throw cancellationError(signal, `the wait for ${name}`);
  if (timeoutMs === undefined || timeoutMs >= 0) return;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `the timeout for ${name} must be 0 or more ms, not ${timeoutMs}`,
  );
}
