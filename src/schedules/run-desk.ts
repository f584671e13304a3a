import {
  asSignalboxError,
  describeOwner,
  lifeController,
  SignalboxError,
} from '../kernel/index.ts';
import type { Clock, Emitter, Owner } from '../kernel/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { ownerOf } from './job.ts';
import type { Job, RingStep } from './job.ts';
import type { Ledger } from './ledger.ts';
import { RunLeases } from './run-leases.ts';
import type { RunCause, RunState } from './run-record.ts';
import type { ScheduleEvents } from './schedule-events.ts';
import { describeStep, runStep } from './steps/run-step.ts';
import type { StepContext } from './steps/step-context.ts';

/** The number of a run that could not be written down. */
export const unrecordedRun = 0;

export interface RunDeskOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly events: Emitter<ScheduleEvents>;
  readonly instrument: (name: string) => Instrument;
  /** Lets an alarm ring for a run. */
  readonly ring: (alarm: string, step: RingStep, signal: AbortSignal) => Promise<string>;
}

/** What is to be run. */
export interface RunOrder {
  readonly job: Job;
  readonly runId: number;
  readonly cause: RunCause;
  /** The steps before it are done. @default 0 */
  readonly firstStep?: number;
}

/** A run that is under way. */
export interface ActiveRun {
  readonly job: Job;
  readonly runId: number;
  readonly cause: RunCause;
  readonly sinceMs: number;
  /** What it does just now. */
  readonly step: string | undefined;
}

interface Active extends RunOrder {
  readonly sinceMs: number;
  readonly controller: AbortController;
  step: string | undefined;
  /** Why it was ended from outside. */
  end: 'gateway' | 'person' | undefined;
  done: Promise<void>;
}

/** Does runs, each job's one at a time, and writes down what comes of them. */
export class RunDesk {
  readonly #options: RunDeskOptions;
  readonly #active = new Map<string, Active>();
  /** One of each job, that begins when the one before is over. */
  readonly #waiting = new Map<string, RunOrder>();
  #isEnding = false;

  constructor(options: RunDeskOptions) {
    this.#options = options;
  }

  get active(): ActiveRun[] {
    return [...this.#active.values()];
  }

  activeOf(job: string): ActiveRun | undefined {
    return this.#active.get(job);
  }

  /** Whether one more run of a job could only wait in line. */
  isBusy(job: string): boolean {
    return this.#active.has(job);
  }

  /** Whether one waits already; there is place for one. */
  isWaiting(job: string): boolean {
    return this.#waiting.has(job);
  }

  /** Begins a run, or puts it behind the one that is under way. Returns at once, never throws. */
  begin(order: RunOrder): void {
    const { name } = order.job;
    if (this.#isEnding) return;
    if (this.#active.has(name)) {
      this.#waiting.set(name, order);
      return;
    }
    const active: Active = {
      ...order,
      sinceMs: this.#options.clock.now(),
      controller: lifeController(),
      step: undefined,
      end: undefined,
      done: Promise.resolve(),
    };
    this.#active.set(name, active);
    active.done = this.#execute(active);
  }

  /** Ends the run of a job, and what waits behind it. @returns whether there was one */
  stop(job: string, by: Owner): boolean {
    const reason = `stopped by ${describeOwner(by)}`;
    const waiting = this.#waiting.get(job);
    if (waiting !== undefined) {
      this.#waiting.delete(job);
      this.#ended(waiting, 'stopped', { reason });
    }
    const active = this.#active.get(job);
    if (active === undefined) return false;
    active.end ??= 'person';
    active.controller.abort(new SignalboxError('CANCELLED', reason));
    return true;
  }

  /**
   * Ends all runs. What is to be done at least once stays open in the ledger, and goes on when the
   * gateway is there again.
   */
  async close(): Promise<void> {
    this.#isEnding = true;
    const reason = 'the gateway ended';
    for (const active of this.#active.values()) {
      active.end ??= 'gateway';
      active.controller.abort(new SignalboxError('CANCELLED', reason));
    }
    for (const order of this.#waiting.values()) this.#interrupted(order, reason);
    this.#waiting.clear();
    await Promise.all(this.#active.values().map(async ({ done }) => await done));
  }

  /** Never rejects. */
  async #execute(active: Active): Promise<void> {
    const { job, runId } = active;
    const { clock, ledger } = this.#options;
    this.#note(job, () => ledger.started(runId, clock.now()));
    this.#tell(active, 'running', {});
    try {
      const text = await this.#doSteps(active);
      this.#ended(active, 'done', { reason: text });
    } catch (error) {
      const { message, code } = asSignalboxError(error);
      if (active.end === 'gateway') this.#interrupted(active, message);
      else
        this.#ended(active, active.end === 'person' ? 'stopped' : 'failed', {
          reason: message,
          code,
        });
    }
    this.#active.delete(job.name);
    const next = this.#waiting.get(job.name);
    if (next === undefined) return;
    this.#waiting.delete(job.name);
    this.begin(next);
  }

  /** @returns why the rest was left out, where it was */
  async #doSteps(active: Active): Promise<string | undefined> {
    const { job, controller, firstStep = 0 } = active;
    const { clock, instrument } = this.#options;
    const { signal } = controller;
    const by = ownerOf(job, active.sinceMs);
    await using leases = job.lease
      ? await RunLeases.take(job.steps, instrument, {
          by,
          signal,
          lost: (reason) => controller.abort(reason),
        })
      : undefined;
    const context: StepContext = {
      clock,
      by,
      priority: job.priority,
      instrument,
      lease: (name) => leases?.of(name),
      notify: (level, message) => this.notify(job.name, level, message),
      ring: async (step) => await this.#options.ring(job.name, step, signal),
      signal,
    };
    for (const number of job.steps.keys()) {
      if (number < firstStep) continue;
      const isOver = await this.#doStep(active, number, context);
      if (isOver) return `the rest was left out: ${active.step}`;
    }
    return undefined;
  }

  /** @returns whether the rest is not needed */
  async #doStep(active: Active, number: number, context: StepContext): Promise<boolean> {
    const { job, runId } = active;
    const step = job.steps[number];
    if (step === undefined) return true;
    const startedMs = context.clock.now();
    const what = describeStep(step);
    active.step = what;
    const record = { job: job.name, runId, number, what, startedMs };
    this.#options.events.emit('step', { ...record, state: 'running' });
    const end = (state: 'done' | 'failed', result: string | undefined): void => {
      const ended = {
        ...record,
        state,
        endedMs: context.clock.now(),
        ...(result === undefined ? {} : { result }),
      };
      this.#note(job, () => this.#options.ledger.addStep(runId, ended));
      this.#options.events.emit('step', ended);
    };
    try {
      context.signal.throwIfAborted();
      const { text, isOver = false } = await runStep(step, context);
      end('done', text);
      return isOver;
    } catch (error) {
      // What a gateway's end cut short is not done, and may be done again.
      if (active.end !== 'gateway') end('failed', asSignalboxError(error).message);
      throw error;
    }
  }

  /** Tells people something of a job. */
  notify(job: string, level: 'info' | 'warn', message: string): void {
    const atMs = this.#options.clock.now();
    this.#options.events.emit('notify', { job, level, message, atMs });
  }

  #interrupted(order: RunOrder, reason: string): void {
    if (order.job.delivery === 'at-least-once') return;
    this.#ended(order, 'interrupted', { reason });
  }

  #ended(
    order: RunOrder,
    state: RunState,
    why: { readonly reason?: string | undefined; readonly code?: string | undefined },
  ): void {
    const { job, runId } = order;
    this.#note(job, () => this.#options.ledger.ended(runId, state, this.#options.clock.now(), why));
    this.#tell(order, state, why);
    if (state === 'failed' || state === 'interrupted') {
      this.notify(job.name, 'warn', `${job.kind} ${job.name} ${state}: ${why.reason ?? ''}`);
    }
  }

  #tell(
    { job, runId, cause }: RunOrder,
    state: RunState,
    { reason, code }: { readonly reason?: string | undefined; readonly code?: string | undefined },
  ): void {
    this.#options.events.emit('run', {
      job: job.name,
      kind: job.kind,
      runId,
      cause,
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(code === undefined ? {} : { code }),
      atMs: this.#options.clock.now(),
    });
  }

  /** A run that has begun goes on also when nothing more can be written down of it. */
  #note(job: Job, write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#options.events.emit('fault', { job: job.name, error: asSignalboxError(error) });
    }
  }
}
