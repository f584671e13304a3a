import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { isSignalboxError, SignalboxError } from '../kernel/index.ts';

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
   * @throws CONFIG_UNREADABLE when it is damaged, or was written by a newer Signalbox
   */
  constructor(path: string, layout: DatabaseLayout) {
    this.path = path;
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { timeout: busyMostMs });
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      const check = database.prepare('PRAGMA quick_check(1)').get();
      if (check?.['quick_check'] !== 'ok') throw damaged(path, String(check?.['quick_check']));
      this.#database = database;
      this.#layOut(layout);
    } catch (cause) {
      database?.close();
      throw isSignalboxError(cause) ? cause : damaged(path, (cause as Error).message, cause);
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
          'CONFIG_UNREADABLE',
          `${this.path} was written by a newer Signalbox (layout ${found}; this one knows ${version})`,
        );
      }
      this.#database.exec(tables);
      this.#database.exec(`PRAGMA user_version = ${version}`);
    });
  }
}

function damaged(path: string, why: string, cause?: unknown): SignalboxError {
  return new SignalboxError('CONFIG_UNREADABLE', `${path} cannot be used: ${why}`, {
    details: { path },
    cause,
  });
}
