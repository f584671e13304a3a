import { systemClock } from '../kernel/index.ts';
import { Agent, currentAgent } from './agent.ts';
import type { FencingToken } from './fencing-token.ts';
import type { Hold, HoldRequest } from './hold.ts';
import { checkRank } from './rank.ts';
import { ResourceLock } from './resource-lock.ts';
import type { ResourceLockOptions } from './resource-lock-options.ts';
import type { Acquirable } from './acquire-all.ts';
import type { Waitable, WaitGraph } from './wait-graph.ts';
import { checkWait, WaitLine } from './wait-line.ts';
import type { WaiterStatus, WaitLineOptions, WaitOptions, WaitStatistics } from './wait-line.ts';

export interface ResourceQueueOptions extends ResourceLockOptions {
  /** Refuses waits that would be a deadlock. @default none */
  readonly graph?: WaitGraph;
}

/** A hold, and how long one is ready to wait for it. */
export interface ResourceRequest extends HoldRequest, WaitOptions {}

/** A hold that ends with the block; releasing again, or after it ended otherwise, does nothing. */
export class ResourceGuard implements Disposable, AsyncDisposable {
  readonly hold: Hold;
  readonly #lock: ResourceLock;

  constructor(lock: ResourceLock, hold: Hold) {
    this.#lock = lock;
    this.hold = hold;
  }

  get token(): FencingToken {
    return this.hold.token;
  }

  /** @returns after how long it ends now @throws LEASE_LOST, RENEWAL_LIMIT, BAD_ARGUMENT */
  renew(holdMs?: number): number {
    return this.#lock.renew(this.token, holdMs);
  }

  /** @returns false when the hold had ended before */
  release(): boolean {
    return this.#lock.release(this.token);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.release();
    return Promise.resolve();
  }
}

interface Wish extends Waitable {
  readonly request: HoldRequest;
}

/**
 * Those who wait for a {@link ResourceLock}, first come first served. Nobody passes another, also
 * where the holds would go together; only who holds already comes first, as those in line wait
 * for it.
 */
export class ResourceQueue {
  readonly lock: ResourceLock;
  readonly #line: WaitLine<ResourceGuard, Wish>;
  readonly #holdersLine: WaitLine<ResourceGuard, Wish>;

  constructor(options: ResourceQueueOptions) {
    const isWaitedFor = (): boolean => this.size > 0 || options.isWaitedFor?.() === true;
    this.lock = new ResourceLock({ ...options, isWaitedFor });
    const line: WaitLineOptions = {
      name: options.name,
      clock: options.clock ?? systemClock,
      graph: options.graph,
      describeHolders: () => this.lock.heldError().message,
      onAbandoned: () => this.#serve(),
    };
    this.#line = new WaitLine(line);
    this.#holdersLine = new WaitLine(line);
    this.lock.on('freed', () => this.#serve());
  }

  /** How many wait. */
  get size(): number {
    return this.#line.size + this.#holdersLine.size;
  }

  /**
   * Holds the resource as soon as those who came before allow it.
   *
   * @throws WAIT_TIMEOUT, CANCELLED, DEADLOCK, LOCK_ORDER, QUEUE_FULL; BAD_ARGUMENT for a bad key,
   *   hold time or timeout
   */
  acquire(request: ResourceRequest): Promise<ResourceGuard> {
    const by = request.by ?? currentAgent() ?? new Agent();
    const { mode } = request;
    try {
      checkWait(this.lock.name, request.signal, request.timeoutMs);
      const holds = this.lock.isHeldBy(by);
      if (holds || this.size === 0) {
        const hold = this.lock.tryAcquire({ ...request, by });
        if (hold !== undefined) return Promise.resolve(new ResourceGuard(this.lock, hold));
      }
      if (!holds) checkRank(this.lock, by);
      const blockers = this.lock.waitable(mode, by);
      const holders = (): Iterable<Agent> => {
        if (holds || !this.lock.isGrantable(mode, by)) return blockers.holders();
        // What goes together with the present holds waits for the first in line.
        return (this.#holdersLine.first ?? this.#line.first)?.resource.holders() ?? [];
      };
      const wish: Wish = { name: this.lock.name, holders, request: { ...request, by } };
      return (holds ? this.#holdersLine : this.#line).wait(by, wish, request);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** One way of holding it, to be taken together with other locks by `acquireAll`. */
  wish(request: Omit<HoldRequest, 'by'>): Acquirable {
    return {
      name: this.lock.name,
      rank: this.lock.rank,
      acquire: (options) => this.acquire({ ...request, ...options }),
    };
  }

  /** Who waits, the next one first. */
  status(): readonly WaiterStatus[] {
    return [...this.#holdersLine.status(), ...this.#line.status()];
  }

  statistics(): WaitStatistics {
    return this.#line.statistics();
  }

  #serve(): void {
    this.#serveLine(this.#holdersLine);
    // What goes together with the holds must not pass who has to wait for them to end.
    if (this.#holdersLine.size === 0) this.#serveLine(this.#line);
  }

  #serveLine(line: WaitLine<ResourceGuard, Wish>): void {
    for (;;) {
      const next = line.first;
      if (next === undefined) return;
      if (!this.lock.isGrantable(next.resource.request.mode, next.agent)) return;
      line.grantFirst(this.#grant);
    }
  }

  readonly #grant = (_agent: Agent, { request }: Wish): ResourceGuard => {
    const hold = this.lock.tryAcquire(request);
    if (hold === undefined) throw this.lock.heldError();
    return new ResourceGuard(this.lock, hold);
  };
}
