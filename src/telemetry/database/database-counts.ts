import { asSignalboxError } from '../../kernel/index.ts';
import type { SignalboxError } from '../../kernel/index.ts';

/** What a database has done. */
export class DatabaseCounts {
  statements = 0;
  transactions = 0;
  rollbacks = 0;
  connects = 0;
  readonly #failures = new Map<string, number>();

  failuresByCode(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#failures);
  }

  /** Takes note of an error. @returns it, as one of ours */
  failed(error: unknown): SignalboxError {
    const known = asSignalboxError(error);
    this.#failures.set(known.code, (this.#failures.get(known.code) ?? 0) + 1);
    return known;
  }
}
