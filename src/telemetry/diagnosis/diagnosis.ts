import type { Config } from '../../config/index.ts';
import { TtlCache } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { PortStatus } from '../../ports/index.ts';
import type { ClockStep } from '../system/system-sample.ts';
import type { Check } from './check.ts';
import type { Deadlock } from './deadlock-log.ts';
import { checkClock, checkDisk } from './machine-checks.ts';
import { checkPart, checkPlayer, checkWorker } from './part-checks.ts';
import type { CheckedPart, CheckedPlayer, CheckedWorker } from './part-checks.ts';
import { checkClockSteps, checkDeadlocks } from './past-checks.ts';
import { checkPort } from './port-checks.ts';
import type { PlacedInstrument } from './port-checks.ts';
import { checkTokens } from './token-checks.ts';

/** Everybody who asks within so long is given what was found: a look writes to the disk. */
export const diagnosisKeptMs = 100;

/** What is looked at, as it is when it is looked at. */
export interface DiagnosisSubjects {
  readonly config: Config;
  readonly stateFolder: string;
  /** When the gateway began, ms since 1970. */
  readonly sinceMs: number;
  readonly ports: () => readonly PortStatus[];
  readonly instruments: () => readonly PlacedInstrument[];
  readonly workers: () => readonly CheckedWorker[];
  readonly parts: () => readonly CheckedPart[];
  readonly players: () => readonly CheckedPlayer[];
  readonly deadlocks: () => readonly Deadlock[];
  readonly clockSteps: () => readonly ClockStep[];
  /** What other rooms have to tell. */
  readonly more?: () => readonly Check[];
}

/** What was found, and when. */
export interface Findings {
  /** ms since 1970. */
  readonly atMs: number;
  /** Whether nothing is wrong; warnings do not count. */
  readonly passed: boolean;
  readonly checks: readonly Check[];
}

/** Why it does not work: all that a gateway can find out about itself. */
export class Diagnosis {
  readonly #clock: Clock;
  readonly #subjects: DiagnosisSubjects;
  readonly #kept: TtlCache<'findings', Findings>;

  constructor(subjects: DiagnosisSubjects, clock: Clock) {
    this.#subjects = subjects;
    this.#clock = clock;
    this.#kept = new TtlCache({ ttlMs: diagnosisKeptMs, clock });
  }

  /** Looks at everything, unless somebody has just done so. */
  async findings(): Promise<Findings> {
    return await this.#kept.load('findings', async () => await this.#look());
  }

  async #look(): Promise<Findings> {
    const { config, stateFolder, sinceMs, more, ...subjects } = this.#subjects;
    const atMs = this.#clock.now();
    const instruments = subjects.instruments();
    const checks = [
      ...subjects.ports().flatMap((port) => checkPort(port, instruments, atMs)),
      ...subjects.workers().map(checkWorker),
      ...subjects.parts().map(checkPart),
      ...checkDeadlocks(subjects.deadlocks(), atMs),
      ...(more?.() ?? []),
      await checkDisk(stateFolder),
      await checkClock(stateFolder, sinceMs),
      ...checkClockSteps(subjects.clockSteps(), atMs),
      ...(await checkTokens(stateFolder, config)),
      ...(await Promise.all(subjects.players().map(checkPlayer))),
    ];
    return { atMs, passed: hasPassed(checks), checks };
  }
}

/** Whether nothing is wrong; warnings do not count. */
export function hasPassed(checks: readonly Check[]): boolean {
  return checks.every(({ passed, isWarning = false }) => passed || isWarning);
}
