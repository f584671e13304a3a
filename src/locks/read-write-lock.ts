import { SignalboxError } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Acquirable } from './acquire-all.ts';
import { Agent, currentAgent, runAs } from './agent.ts';
import { Guard } from './guard.ts';
import { Holders } from './holders.ts';
import type { Holder } from './holders.ts';
import { keepLayout } from './keep-layout.ts';
import { describeHolders, holderStatus } from './lock-status.ts';
import type { LockOptions, LockStatistics, LockStatus } from './lock-status.ts';
import { checkRank } from './rank.ts';
import { turnClock } from './turn-clock.ts';
import type { Waitable } from './wait-graph.ts';
import { checkWait, WaitLine } from './wait-line.ts';
import type { AcquireOptions, WaitLineOptions } from './wait-line.ts';

/** Counts of both sides; the waits of readers and of writers are told apart. */
export interface ReadWriteLockStatistics {
  readonly read: LockStatistics;
  readonly write: LockStatistics;
}

/** A guard that knows which of the holders it is of. */
class Held extends Guard {
  readonly number: number;

  constructor(leave: (guard: Guard) => void, number: number) {
    super(leave);
    this.number = number;
  }
}

keepLayout(new Held(() => {}, 0));

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
  readonly #readers = new Holders();
  readonly #writers = new Holders();
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

  #hold(side: Holders, by: Agent | undefined): Guard {
    const leave = side === this.#readers ? this.#leaveRead : this.#leaveWrite;
    const number = side.add(by, this.#clock.monotonic());
    if (this.rank !== undefined) by?.noteRank(this.rank);
    return new Held(leave, number);
  }

  #leave(side: Holders, held: Held): void {
    const agent = side.remove(held.number, this.#clock.monotonic());
    if (this.rank !== undefined) agent?.forgetRank(this.rank);
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

  #held(): readonly Holder[] {
    return [...this.#writers.all(), ...this.#readers.all()];
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
