import type { Clock } from '../kernel/index.ts';
import { Agent, currentAgent, runAs } from './agent.ts';
import { Guard } from './guard.ts';
import { describeHolders, holderStatus } from './lock-status.ts';
import type { LockOptions, LockStatistics, LockStatus } from './lock-status.ts';
import { checkRank } from './rank.ts';
import { turnClock } from './turn-clock.ts';
import type { Waitable } from './wait-graph.ts';
import { checkWait, WaitLine } from './wait-line.ts';
import type { AcquireOptions } from './wait-line.ts';

/**
 * One at a time, first come first served. The lock goes from hand to hand: who releases it gives it
 * to the next in line, so nobody who comes later gets in between.
 *
 * A call chain that holds it may take it again; it is free after as many releases.
 */
export class Mutex implements Waitable {
  readonly name: string;
  readonly rank: number | undefined;
  readonly #clock: Clock;
  readonly #line: WaitLine<Guard>;
  readonly #leave: () => void;
  /** Guards that are out: 0 when free. */
  #depth = 0;
  /** Absent when free, or when it was taken outside of any call chain. */
  #holder: Agent | undefined;
  #startedMs = 0;
  #acquisitions = 0;
  #totalHoldMs = 0;
  #longestHoldMs = 0;

  constructor(options: LockOptions) {
    this.name = options.name;
    this.rank = options.rank;
    this.#clock = options.clock ?? turnClock;
    this.#line = new WaitLine({
      name: options.name,
      clock: this.#clock,
      graph: options.graph,
      describeHolders: () => describeHolders(this.status().holders),
      onAbandoned: () => {},
    });
    this.#leave = () => this.#release();
  }

  get isFree(): boolean {
    return this.#depth === 0;
  }

  /**
   * Takes the lock, after those who came before.
   *
   * @throws WAIT_TIMEOUT, CANCELLED, DEADLOCK, LOCK_ORDER, QUEUE_FULL; BAD_ARGUMENT for a bad timeout
   */
  acquire(options?: AcquireOptions): Promise<Guard> {
    const by = options?.by ?? currentAgent();
    if (this.#depth === 0 && this.rank === undefined && options?.signal?.aborted !== true) {
      return Promise.resolve(this.#hold(by));
    }
    return this.#acquireWithCare(by, options);
  }

  /**
   * Takes the lock if that needs no wait.
   *
   * @throws LOCK_ORDER when `by` holds a lock of a higher rank
   */
  tryAcquire(by: Agent | undefined = currentAgent()): Guard | undefined {
    if (this.#depth > 0) return this.#isHeldBy(by) ? this.#nest() : undefined;
    if (this.rank !== undefined && by !== undefined) checkRank(this, by);
    return this.#hold(by);
  }

  /**
   * Runs `run` while holding the lock, as a call chain of its own: what it calls may take the
   * lock again, what runs beside it may not.
   *
   * @throws as {@link acquire}, and what `run` throws
   */
  async run<Result>(
    run: () => Result | Promise<Result>,
    options?: AcquireOptions,
  ): Promise<Result> {
    const parent = options?.by ?? currentAgent();
    const agent = new Agent(parent?.owner, parent);
    using _guard = await this.acquire({ ...options, by: agent });
    return await runAs(agent, run);
  }

  holders(): readonly Agent[] {
    if (this.#depth === 0) return [];
    this.#holder ??= new Agent();
    return [this.#holder];
  }

  status(): LockStatus {
    const holders = this.holders().map(({ owner }) =>
      holderStatus(owner, this.#startedMs, this.#clock),
    );
    return {
      name: this.name,
      mode: this.#depth === 0 ? 'free' : 'exclusive',
      holders,
      waiting: this.#line.status(),
    };
  }

  statistics(): LockStatistics {
    return {
      ...this.#line.statistics(),
      acquisitions: this.#acquisitions,
      totalHoldMs: this.#totalHoldMs,
      longestHoldMs: this.#longestHoldMs,
    };
  }

  #acquireWithCare(by: Agent | undefined, options: AcquireOptions | undefined): Promise<Guard> {
    if (this.#depth > 0 && !this.#isHeldBy(by) && this.rank === undefined) {
      return this.#line.wait(by ?? new Agent(), this, options);
    }
    try {
      checkWait(this.name, options?.signal, options?.timeoutMs);
      const guard = this.tryAcquire(by);
      if (guard !== undefined) return Promise.resolve(guard);
      if (by !== undefined) checkRank(this, by);
      return this.#line.wait(by ?? new Agent(), this, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #isHeldBy(by: Agent | undefined): boolean {
    return by !== undefined && this.#holder !== undefined && by.descendsFrom(this.#holder);
  }

  #hold(by: Agent | undefined): Guard {
    this.#depth = 1;
    this.#holder = by;
    this.#startedMs = this.#clock.monotonic();
    this.#acquisitions += 1;
    if (this.rank !== undefined) by?.noteRank(this.rank);
    return new Guard(this.#leave);
  }

  #nest(): Guard {
    this.#depth += 1;
    return new Guard(this.#leave);
  }

  #release(): void {
    this.#depth -= 1;
    if (this.#depth > 0) return;
    const heldMs = this.#clock.monotonic() - this.#startedMs;
    this.#totalHoldMs += heldMs;
    if (heldMs > this.#longestHoldMs) this.#longestHoldMs = heldMs;
    if (this.rank !== undefined) this.#holder?.forgetRank(this.rank);
    this.#holder = undefined;
    this.#line.grantFirst(this.#grant);
  }

  readonly #grant = (agent: Agent): Guard => this.#hold(agent);
}
