import { asSignalboxError } from '../../kernel/index.ts';
import type { SignalboxError } from '../../kernel/index.ts';
import type { Permits } from './permits.ts';
import type { DatabaseStatistics } from './value-database.ts';

/** What a database has done. */
export class DatabaseCounts {
  statements = 0;
  transactions = 0;
  rollbacks = 0;
  connects = 0;
  readonly #failures = new Map<string, number>();

  /** With who waits for a permit to use it. */
  statistics(permits: Permits): Omit<DatabaseStatistics, 'connections' | 'connectionsMost'> {
    const { statements, transactions, rollbacks, connects } = this;
    const { inUse, waiting, waits, longestWaitMs } = permits;
    return {
      inUse,
      waiting,
      connects,
      statements,
      transactions,
      rollbacks,
      waits,
      longestWaitMs,
      failuresByCode: Object.fromEntries(this.#failures),
    };
  }

  /** Takes note of an error. @returns it, as one of ours */
  failed(error: unknown): SignalboxError {
    const known = asSignalboxError(error);
    this.#failures.set(known.code, (this.#failures.get(known.code) ?? 0) + 1);
    return known;
  }
}
