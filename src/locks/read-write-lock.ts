import { SignalboxError } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Acquirable } from './acquire-all.ts';
import { Agent, currentAgent, runAs } from './agent.ts';
import { Guard } from './guard.ts';
import { keepLayout } from './keep-layout.ts';
import { describeHolders, holderStatus } from './lock-status.ts';
import type { LockOptions, LockStatistics, LockStatus } from './lock-status.ts';
import { checkRank } from './rank.ts';
import { turnClock } from './turn-clock.ts';
import type { Waitable } from './wait-graph.ts';
import { checkWait, WaitLine } from './wait-line.ts';
import type { AcquireOptions, WaitLineOptions, WaitStatistics } from './wait-line.ts';

/** Counts of both sides; the waits of readers and of writers are told apart. */
export interface ReadWriteLockStatistics {
  readonly read: LockStatistics;
  readonly write: LockStatistics;
}

/** A guard that knows where it stands among all that are out, so that it leaves in constant time. */
class Held extends Guard {
  readonly agent: Agent | undefined;
  readonly startedMs: number;
  previous: Held | undefined;
  next: Held | undefined;

  constructor(leave: (guard: Guard) => void, agent: Agent | undefined, startedMs: number) {
    super(leave);
    this.agent = agent;
    this.startedMs = startedMs;
  }
}

keepLayout(new Held(() => {}, undefined, turnClock.monotonic()));

/** The guards of one side, the oldest first, and what was counted of them. */
class Side {
  first: Held | undefined;
  last: Held | undefined;
  size = 0;
  acquisitions = 0;
  totalHoldMs = 0;
  longestHoldMs = 0;

  add(held: Held): void {
    held.previous = this.last;
    if (this.last === undefined) this.first = held;
    else this.last.next = held;
    this.last = held;
    this.size += 1;
    this.acquisitions += 1;
  }

  remove(held: Held, nowMs: number): void {
    if (held.previous === undefined) this.first = held.next;
    else held.previous.next = held.next;
    if (held.next === undefined) this.last = held.previous;
    else held.next.previous = held.previous;
    this.size -= 1;
    const heldMs = nowMs - held.startedMs;
    this.totalHoldMs += heldMs;
    if (heldMs > this.longestHoldMs) this.longestHoldMs = heldMs;
  }

  isHeldBy(by: Agent | undefined): boolean {
    if (by === undefined) return false;
    for (let held = this.first; held !== undefined; held = held.next) {
      if (held.agent !== undefined && by.descendsFrom(held.agent)) return true;
    }
    return false;
  }

  statistics(waits: WaitStatistics): LockStatistics {
    const { acquisitions, totalHoldMs, longestHoldMs } = this;
    return { ...waits, acquisitions, totalHoldMs, longestHoldMs };
  }
}

/**
 * Many readers or one writer, phase-fair (Brandenburg and Anderson, ECRTS 2009): phases of readers
 * and of writers alternate while both wait. A reader waits for one writer at most, a writer for one
 * phase of readers for each writer before it; writers are served in the order in which they came.
 *
 * Who holds it, as reader or writer, may read again; who writes may write again. Who only reads
 * cannot go on to write: that is refused, as two who tried would wait for each other.
 */
export class ReadWriteLock implements Waitable {
  readonly name: string;
  readonly rank: number | undefined;
  /** Its readers' side, to be taken together with other locks by `acquireAll`. */
  readonly reading: Acquirable;
  /** Its writers' side, likewise. */
  readonly writing: Acquirable;
  readonly #clock: Clock;
  readonly #readers = new Side();
  readonly #writers = new Side();
  readonly #readLine: WaitLine<Guard>;
  readonly #writeLine: WaitLine<Guard>;
  readonly #leaveRead = (guard: Guard): void => this.#leave(this.#readers, guard as Held);
  readonly #leaveWrite = (guard: Guard): void => this.#leave(this.#writers, guard as Held);
  readonly #grantRead = (agent: Agent): Guard => this.#hold(this.#readers, agent);
  readonly #grantWrite = (agent: Agent): Guard => this.#hold(this.#writers, agent);

  constructor(options: LockOptions) {
    this.name = options.name;
    this.rank = options.rank;
    this.#clock = options.clock ?? turnClock;
    const { name, rank } = this;
    this.reading = { name, rank, acquire: (wish) => this.acquireRead(wish) };
    this.writing = { name, rank, acquire: (wish) => this.acquireWrite(wish) };
    const line: WaitLineOptions = {
      name: options.name,
      clock: this.#clock,
      graph: options.graph,
      describeHolders: () => describeHolders(this.status().holders),
      onAbandoned: () => this.#afterAbandoned(),
    };
    this.#readLine = new WaitLine(line);
    this.#writeLine = new WaitLine(line);
  }

  /**
   * Takes the lock together with other readers.
   *
   * @throws WAIT_TIMEOUT, CANCELLED, DEADLOCK, LOCK_ORDER, QUEUE_FULL; BAD_ARGUMENT for a bad timeout
   */
  acquireRead(options?: AcquireOptions): Promise<Guard> {
    const by = options?.by ?? currentAgent();
    if (this.#isOpenToReaders && this.rank === undefined && options?.signal?.aborted !== true) {
      return Promise.resolve(this.#hold(this.#readers, by));
    }
    return this.#acquire(this.#readLine, by, options, () => this.tryAcquireRead(by));
  }

  /** Takes the lock alone. @throws as {@link acquireRead} */
  acquireWrite(options?: AcquireOptions): Promise<Guard> {
    const by = options?.by ?? currentAgent();
    if (this.#isFree && this.rank === undefined && options?.signal?.aborted !== true) {
      return Promise.resolve(this.#hold(this.#writers, by));
    }
    return this.#acquire(this.#writeLine, by, options, () => {
      const guard = this.tryAcquireWrite(by);
      if (guard === undefined && this.#readers.isHeldBy(by)) throw this.#upgrade(by);
      return guard;
    });
  }

  /** Takes the lock to read if that needs no wait. @throws LOCK_ORDER */
  tryAcquireRead(by: Agent | undefined = currentAgent()): Guard | undefined {
    const isOpen = this.#isOpenToReaders;
    if (isOpen && this.rank === undefined) return this.#hold(this.#readers, by);
    if (this.#isHeldBy(by)) return this.#hold(this.#readers, by);
    if (!isOpen) return undefined;
    if (by !== undefined) checkRank(this, by);
    return this.#hold(this.#readers, by);
  }

  /** Takes the lock to write if that needs no wait. @throws LOCK_ORDER */
  tryAcquireWrite(by: Agent | undefined = currentAgent()): Guard | undefined {
    if (this.#writers.isHeldBy(by)) return this.#hold(this.#writers, by);
    if (!this.#isFree) return undefined;
    if (by !== undefined) checkRank(this, by);
    return this.#hold(this.#writers, by);
  }

  /** Runs `run` among readers, as a call chain of its own. @throws as {@link acquireRead} */
  async read<Result>(
    run: () => Result | Promise<Result>,
    options?: AcquireOptions,
  ): Promise<Result> {
    const agent = childOf(options?.by ?? currentAgent());
    using _guard = await this.acquireRead({ ...options, by: agent });
    return await runAs(agent, run);
  }

  /** Runs `run` alone, as a call chain of its own. @throws as {@link acquireRead} */
  async write<Result>(
    run: () => Result | Promise<Result>,
    options?: AcquireOptions,
  ): Promise<Result> {
    const agent = childOf(options?.by ?? currentAgent());
    using _guard = await this.acquireWrite({ ...options, by: agent });
    return await runAs(agent, run);
  }

  holders(): Iterable<Agent> {
    return this.#held().flatMap(({ agent }) => agent ?? []);
  }

  status(): LockStatus {
    return {
      name: this.name,
      mode: this.#writers.size > 0 ? 'exclusive' : this.#readers.size > 0 ? 'shared' : 'free',
      holders: this.#held().map(({ agent, startedMs }) =>
        holderStatus((agent ?? nobody).owner, startedMs, this.#clock),
      ),
      waiting: [...this.#writeLine.status(), ...this.#readLine.status()].sort(
        (one, other) => other.waitedMs - one.waitedMs,
      ),
    };
  }

  statistics(): ReadWriteLockStatistics {
    return {
      read: this.#readers.statistics(this.#readLine.statistics()),
      write: this.#writers.statistics(this.#writeLine.statistics()),
    };
  }

  get #isFree(): boolean {
    return this.#writers.size === 0 && this.#readers.size === 0;
  }

  /** A reader who comes while a writer waits would lengthen the readers' phase: it waits, too. */
  get #isOpenToReaders(): boolean {
    return this.#writers.size === 0 && this.#writeLine.size === 0;
  }

  #acquire(
    line: WaitLine<Guard>,
    by: Agent | undefined,
    options: AcquireOptions | undefined,
    tryAcquire: () => Guard | undefined,
  ): Promise<Guard> {
    try {
      checkWait(this.name, options?.signal, options?.timeoutMs);
      const guard = tryAcquire();
      if (guard !== undefined) return Promise.resolve(guard);
      if (by !== undefined) checkRank(this, by);
      return line.wait(by ?? new Agent(), this, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #isHeldBy(by: Agent | undefined): boolean {
    return this.#writers.isHeldBy(by) || this.#readers.isHeldBy(by);
  }

  #hold(side: Side, by: Agent | undefined): Guard {
    const leave = side === this.#readers ? this.#leaveRead : this.#leaveWrite;
    const held = new Held(leave, by, this.#clock.monotonic());
    side.add(held);
    if (this.rank !== undefined) by?.noteRank(this.rank);
    return held;
  }

  #leave(side: Side, held: Held): void {
    side.remove(held, this.#clock.monotonic());
    if (this.rank !== undefined) held.agent?.forgetRank(this.rank);
    if (this.#writers.size > 0) return;
    if (side === this.#writers) this.#wakeReaders();
    if (this.#readers.size === 0) this.#writeLine.grantFirst(this.#grantWrite);
  }

  /** Readers wait behind the writers in line; when the last of these gives up, nothing holds them. */
  #afterAbandoned(): void {
    if (this.#isOpenToReaders) this.#wakeReaders();
  }

  /** Begins a phase of readers: all who wait now, and nobody who comes later. */
  #wakeReaders(): void {
    for (let left = this.#readLine.size; left > 0; left -= 1) {
      this.#readLine.grantFirst(this.#grantRead);
    }
  }

  #held(): Held[] {
    const all: Held[] = [];
    for (const side of [this.#writers, this.#readers]) {
      for (let held = side.first; held !== undefined; held = held.next) all.push(held);
    }
    return all;
  }

  #upgrade(by: Agent | undefined): SignalboxError {
    return new SignalboxError(
      'DEADLOCK',
      `${String(by)} reads ${this.name} and would wait for itself to write`,
      { nextStep: 'Take the lock to write from the start, or release it before.' },
    );
  }
}

const nobody = new Agent();

function childOf(parent: Agent | undefined): Agent {
  return new Agent(parent?.owner, parent);
}
