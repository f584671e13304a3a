import type { Instrument, ManyReadings } from '../../instruments/index.ts';
import type { Clock, Owner, SignalboxError } from '../../kernel/index.ts';
import type { QualityReason } from '../latest/latest-value.ts';
import type { LatestValues } from '../latest/latest-values.ts';

/** An instrument of which nothing could be read is asked more seldom, at last only so often, in ms. */
export const absentEveryMostMs = 30_000;
/** A value that was not read again for so many of its intervals is stale. */
export const staleAfterIntervals = 3;
/** How much the newest poll counts in the mean of what one takes. */
const newestShare = 0.1;

/** What is read of an instrument together, and how often. */
export interface PollOptions {
  readonly instrument: Instrument;
  /** Names of its parameters; at least one. */
  readonly parameters: readonly string[];
  readonly everyMs: number;
  /** Nobody asked for these in particular: what the instrument does not tell is left out. @default false */
  readonly mayBeUntold?: boolean;
}

/** How a poll goes, and what it costs. */
export interface PollStatus {
  readonly instrument: string;
  readonly port: string;
  readonly parameters: readonly string[];
  readonly everyMs: number;
  /** Longer than `everyMs` while nothing can be read. */
  readonly nowEveryMs: number;
  readonly polls: number;
  /** Polls that were due while the one before was not done, or while the gateway could not run. */
  readonly missed: number;
  /** Polls of which not everything could be read. */
  readonly failed: number;
  /** What one takes, from its turn on until all is read; in the mean, the newest counting most. 0 before the first. */
  readonly meanMs: number;
  /** The part of the time that it is under way: 0.2 of every second. */
  readonly share: number;
  /** Why not everything could be read the last time. */
  readonly reason?: QualityReason;
}

/** What a poll does its work with. */
export interface PollSurroundings {
  readonly clock: Clock;
  readonly latest: LatestValues;
  readonly by: Owner;
  readonly signal: AbortSignal;
}

/** Reads some parameters of one instrument again and again, never two times at once. */
export class Poll {
  readonly instrument: Instrument;
  readonly everyMs: number;
  readonly #parameters: readonly string[];
  readonly #mayBeUntold: boolean;
  readonly #surroundings: PollSurroundings;
  /** A place in its grid of times, monotonic. */
  readonly #anchorMs: number;
  readonly #sinceMs: number;
  #underWay = false;
  #polls = 0;
  #missed = 0;
  #failed = 0;
  #failuresInARow = 0;
  #meanMs = 0;
  #busyMs = 0;
  #goodMs: number;
  #isStale = false;
  #reason: QualityReason | undefined;

  /** @throws NOT_FOUND for a parameter that the instrument has not */
  constructor(options: PollOptions, surroundings: PollSurroundings, anchorMs: number) {
    const { instrument, parameters, everyMs, mayBeUntold = false } = options;
    this.#mayBeUntold = mayBeUntold;
    this.instrument = instrument;
    this.everyMs = everyMs;
    this.#parameters = parameters.map((name) => instrument.parameter(name).name);
    this.#surroundings = surroundings;
    this.#anchorMs = anchorMs;
    this.#sinceMs = surroundings.clock.monotonic();
    this.#goodMs = this.#sinceMs;
  }

  /** Whether nothing could be read the last time. */
  get isAbsent(): boolean {
    return this.#failuresInARow > 0;
  }

  /** Doubled with each poll of which nothing could be read. */
  get nowEveryMs(): number {
    const doublings = Math.min(this.#failuresInARow, 16);
    return Math.max(this.everyMs, Math.min(this.everyMs * 2 ** doublings, absentEveryMostMs));
  }

  /** The first time of its grid after a moment: times keep their places, however late a poll was. */
  nextAfter(nowMs: number): number {
    const { everyMs, nowEveryMs } = this;
    // A time of the grid is not taken for one that is still to come because of its last digits.
    const passed = Math.floor((nowMs - this.#anchorMs) / everyMs + 1e-6);
    return this.#anchorMs + (passed + 1) * everyMs + (nowEveryMs - everyMs);
  }

  /** Counts times that went by unused. */
  miss(count: number): void {
    this.#missed += count;
  }

  /** Reads, unless the reading before is not done. Resolves when it is; never rejects. */
  async run(): Promise<void> {
    if (this.#underWay) {
      this.#missed += 1;
      this.#ageValues();
      return;
    }
    this.#underWay = true;
    const { clock, by, signal } = this.#surroundings;
    const beganMs = clock.monotonic();
    try {
      const many = await this.instrument.readMany(this.#parameters, by, {
        priority: 'poll',
        signal,
      });
      if (!signal.aborted) this.#take(many, clock.monotonic() - beganMs);
    } finally {
      this.#underWay = false;
    }
  }

  status(): PollStatus {
    const { clock } = this.#surroundings;
    const elapsedMs = Math.max(1, clock.monotonic() - this.#sinceMs);
    return {
      instrument: this.instrument.name,
      port: this.instrument.port.name,
      parameters: this.#parameters,
      everyMs: this.everyMs,
      nowEveryMs: this.nowEveryMs,
      polls: this.#polls,
      missed: this.#missed,
      failed: this.#failed,
      meanMs: this.#meanMs,
      share: Math.min(1, this.#busyMs / elapsedMs),
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
    };
  }

  #take({ readings, failures }: ManyReadings, tookMs: number): void {
    this.#polls += 1;
    this.#busyMs += tookMs;
    this.#meanMs =
      this.#polls === 1 ? tookMs : this.#meanMs + newestShare * (tookMs - this.#meanMs);
    const { latest } = this.#surroundings;
    const reasons: Record<string, QualityReason> = {};
    let problem: SignalboxError | undefined;
    for (const [name, failure] of failures) {
      const isLeftOut = this.#mayBeUntold && failure.details['isUntold'] === true;
      if (!isLeftOut) problem ??= failure;
      // What it told before and does not now is not to be taken for new.
      if (!isLeftOut || latest.get(this.instrument.name)?.values[name] !== undefined) {
        reasons[name] = reasonOf(failure);
      }
    }
    const isAnyRead = Object.keys(readings).length > 0;
    this.#reason = problem === undefined ? undefined : reasonOf(problem);
    if (problem !== undefined) this.#failed += 1;
    this.#failuresInARow = isAnyRead ? 0 : this.#failuresInARow + 1;
    if (isAnyRead) {
      this.#goodMs = this.#surroundings.clock.monotonic();
      this.#isStale = false;
    }
    latest.update(this.instrument.name, readings, reasons);
  }

  /** Once, when the reading that is under way has taken too long. */
  #ageValues(): void {
    const ageMs = this.#surroundings.clock.monotonic() - this.#goodMs;
    if (this.#isStale || this.isAbsent || ageMs < staleAfterIntervals * this.everyMs) return;
    this.#isStale = true;
    this.#surroundings.latest.age(this.instrument.name, this.#parameters, {
      code: 'INSTRUMENT_TIMEOUT',
      message: `${this.instrument.name} should be read every ${this.everyMs} ms, and has not been for ${Math.round(ageMs)} ms`,
    });
  }
}

function reasonOf({ code, message }: SignalboxError): QualityReason {
  return { code, message };
}
