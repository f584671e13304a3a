import { asSignalboxError, BackOff, sleep } from '../kernel/index.ts';
import type { Clock, Emitter } from '../kernel/index.ts';
import type { Ledger } from './ledger.ts';
import { formatOccurrence } from './occurrences.ts';
import { unrecordedRun } from './run-desk.ts';
import type { BookEntry } from './schedule-book.ts';
import type { ScheduleEvents } from './schedule-events.ts';
import type { ScheduleSource } from './schedule-source.ts';

/** A configuration that cannot be written is tried again so often, less and less. */
const retry = { firstMs: 500, longestMs: 60_000 } as const;

export interface SpentJobsOptions {
  readonly source: ScheduleSource;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Emitter<ScheduleEvents>;
  /** What is known of a job now: whoever writes it anew wants it to run again. */
  readonly entry: (name: string) => BookEntry | undefined;
  /** Ends with the scheduler. */
  readonly signal: AbortSignal;
}

/** Switches off what runs once and has run, in the configuration, until that has been taken. */
export class SpentJobs {
  readonly #options: SpentJobsOptions;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: SpentJobsOptions) {
    this.#options = options;
  }

  /** Returns at once. What does not come to its end goes on after the next start. */
  switchOff({ job: { name } }: BookEntry): void {
    if (this.#underWay.has(name)) return;
    // Not before what is due by now is dealt with: the configuration tells of its change at once.
    const done = Promise.resolve()
      .then(async () => await this.#tryUntilDone(name))
      .finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, done);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  /** Never rejects. */
  async #tryUntilDone(name: string): Promise<void> {
    const { clock, events, entry, random, signal } = this.#options;
    const backOff = new BackOff({ ...retry, random });
    while (!signal.aborted) {
      const now = entry(name);
      if (now?.spentRun === undefined || !now.job.enabled) return;
      try {
        await this.#change(now, now.spentRun);
        return;
      } catch (error) {
        events.emit('fault', { job: name, error: asSignalboxError(error) });
      }
      await sleep(clock, backOff.nextMs(), signal).catch(() => {});
    }
  }

  /** In one transaction: that it is off, and when it ran. */
  async #change({ job, passedMs }: BookEntry, spentRun: number): Promise<void> {
    const { name, kind, rule } = job;
    const run = this.#options.ledger.run(spentRun);
    const wasLeftOut = run?.state === 'missed' || run?.state === 'skipped';
    const hasRun = spentRun === unrecordedRun || (run !== undefined && !wasLeftOut);
    const atMs = run?.dueMs ?? passedMs;
    const lastRun = formatOccurrence({ slot: '', fold: 0, atMs }, rule.zone);
    await this.#options.source.change({
      kind,
      name,
      enabled: false,
      ...(hasRun ? { lastRun } : {}),
      who: 'signalbox schedules',
      why: hasRun
        ? `${kind} ${name} has run, and runs once`
        : `the time of ${kind} ${name} has gone by`,
    });
  }
}
