import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';

/** What a row is made of, and what is given to a statement. */
export type SqlValue = SQLInputValue;

/** Another process may hold the file for so long, in ms; then a write fails. */
const busyMostMs = 5_000;

/** How a file is laid out. */
export interface DatabaseLayout {
  /** One more with each change of the tables. */
  readonly version: number;
  /** Statements that make the tables of a new file. */
  readonly tables: string;
}

/**
 * A file of tables in which what was written is there for good: after a crash of the program, of the
 * system, and of the power (SQLite with a write-ahead log, synchronous = FULL).
 */
export class Database implements Disposable {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param path of the file, made when it is not there
   * @throws STATE_UNREADABLE when it cannot be opened, was written by a newer Signalbox, or is damaged:
   *   see {@link isDamaged}
   */
  constructor(path: string, layout: DatabaseLayout) {
    this.path = path;
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { timeout: busyMostMs });
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      const check = database.prepare('PRAGMA quick_check(1)').get();
      if (check?.['quick_check'] !== 'ok') {
        throw unusable(path, String(check?.['quick_check']), undefined, true);
      }
      this.#database = database;
      this.#layOut(layout);
    } catch (cause) {
      database?.close();
      if (isSignalboxError(cause)) throw cause;
      const { message, errcode = 0 } = cause as Error & { errcode?: number };
      throw unusable(path, message, cause, damageCodes.includes(errcode % 256));
    }
  }

  /** Does one statement. @returns how many rows it changed, and the number of the last new one */
  run(sql: string, ...values: readonly SqlValue[]): { changes: number; lastId: number } {
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
    return { changes: Number(changes), lastId: Number(lastInsertRowid) };
  }

  get<Row>(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: readonly SqlValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  /** All of what `body` does is in the file, or nothing. `body` must not wait for anything. */
  transaction<Result>(body: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = body();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #layOut({ version, tables }: DatabaseLayout): void {
    this.transaction(() => {
      const found = Number(this.get<{ user_version: number }>('PRAGMA user_version')?.user_version);
      if (found === version) return;
      if (found > version) {
        throw new SignalboxError(
          'STATE_UNREADABLE',
          `${this.path} was written by a newer Signalbox (layout ${found}; this one knows ${version})`,
        );
      }
      this.#database.exec(tables);
      this.#database.exec(`PRAGMA user_version = ${version}`);
    });
  }
}

/** Whether a database could not be opened because its file holds something else: another will have to do. */
export function isDamaged(error: unknown): error is SignalboxError {
  return isSignalboxError(error) && error.details['isDamaged'] === true;
}

/** A file that is none, or is no longer one: SQLITE_CORRUPT and SQLITE_NOTADB. */
const damageCodes: readonly number[] = [11, 26];

function unusable(path: string, why: string, cause: unknown, damaged: boolean): SignalboxError {
  return new SignalboxError('STATE_UNREADABLE', `${path} cannot be used: ${why}`, {
    details: { path, isDamaged: damaged },
    cause,
  });
}
