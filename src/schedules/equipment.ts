import type { Instrument } from '../instruments/index.ts';
import { didYouMean, SignalboxError } from '../kernel/index.ts';
import type { AlarmPlayer } from './alarm/alarm-player.ts';
import type { Job } from './job.ts';
import { reasonOf } from './schedule-book.ts';
import { checkStep } from './steps/run-step.ts';

/** What the steps of jobs are done with: instruments and players, by name. */
export class Equipment {
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #players: ReadonlyMap<string, AlarmPlayer>;

  constructor(
    instruments: ReadonlyMap<string, Instrument>,
    players: ReadonlyMap<string, AlarmPlayer>,
  ) {
    this.#instruments = instruments;
    this.#players = players;
  }

  /** Why a job cannot be run as it is; undefined when it can. */
  problemOf(job: Job): string | undefined {
    return reasonOf(() => {
      for (const step of job.steps) {
        if (step.do !== 'ring') checkStep(step, (name) => this.instrument(name));
        else if (!this.#players.has(step.alarm.player)) {
          throw new SignalboxError('NOT_FOUND', `no player '${step.alarm.player}'`);
        }
      }
    });
  }

  /** @throws NOT_FOUND */
  instrument(name: string): Instrument {
    const found = this.#instruments.get(name);
    if (found !== undefined) return found;
    throw new SignalboxError(
      'NOT_FOUND',
      `no instrument '${name}'${didYouMean(name, this.#instruments.keys())}`,
    );
  }
}
