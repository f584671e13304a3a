import { renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { SignalboxError } from '../../kernel/index.ts';
import { databaseError, openingError, unusable } from './database-errors.ts';

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
  /**
   * By the version that they start from, the statements that make the next version's tables of it. A
   * copy of the file as it was is kept beside it. @default a file of an older version is refused
   */
  readonly migrations?: Readonly<Record<number, string>>;
}

export interface DatabaseOptions {
  /**
   * What is looked at before it is used: all of it, which takes as long as reading it; or how it
   * begins, so that damage further in is met when it is read. @default 'all'
   */
  readonly check?: 'all' | 'beginning';
  /** @default false */
  readonly isReadOnly?: boolean;
  /** Its cache, in KiB. @default that of SQLite, 2,000 */
  readonly cacheKib?: number;
}

/** A statement that is done often. */
export interface Statement {
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint };
  get(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): unknown[];
}

/**
 * A file of tables in which what was written is there for good: after a crash of the program, of the
 * system, and of the power (SQLite with a write-ahead log, synchronous = FULL).
 *
 * All of it throws, besides what it says itself: DATABASE_CONSTRAINT, DATABASE_BUSY when another process
 * holds the file for more than 5 s, DATABASE_FULL, DATABASE_READ_ONLY, DATABASE_FAILED, and
 * STATE_UNREADABLE for a file that turns out to be damaged.
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
  constructor(path: string, layout: DatabaseLayout, options: DatabaseOptions = {}) {
    this.path = path;
    const { check = 'all', isReadOnly = false, cacheKib } = options;
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { timeout: busyMostMs, readOnly: isReadOnly });
      this.#database = database;
      if (!isReadOnly) database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      if (cacheKib !== undefined) database.exec(`PRAGMA cache_size = -${cacheKib}`);
      if (check === 'all') this.#check();
      if (isReadOnly) this.#needVersion(layout);
      else this.#layOut(layout);
    } catch (cause) {
      database?.close();
      throw openingError(path, cause);
    }
  }

  /** Does one statement. @returns how many rows it changed, and the number of the last new one */
  run(sql: string, ...values: readonly SqlValue[]): { changes: number; lastId: number } {
    return this.#told(() => {
      const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
      return { changes: Number(changes), lastId: Number(lastInsertRowid) };
    });
  }

  get<Row>(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    return this.#told(() => this.#prepare(sql).get(...values) as Row | undefined);
  }

  all<Row>(sql: string, ...values: readonly SqlValue[]): Row[] {
    return this.#told(() => this.#prepare(sql).all(...values) as Row[]);
  }

  /** For who does it very often: what it throws is one of ours only inside of a {@link transaction}. */
  statement(sql: string): Statement {
    return this.#told(() => this.#prepare(sql));
  }

  /** All of what `body` does is in the file, or nothing. `body` must not wait for anything. */
  transaction<Result>(body: () => Result): Result {
    return this.#told(() => {
      this.begin();
      try {
        const result = body();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        this.rollback();
        throw error;
      }
    });
  }

  /** All that `body` reads is of one moment, whatever others write. It must not wait for anything. */
  snapshot<Result>(body: () => Result): Result {
    return this.#told(() => {
      this.#database.exec('BEGIN');
      try {
        return body();
      } finally {
        this.rollback();
      }
    });
  }

  /** Begins what {@link commit} or {@link rollback} ends; nobody else may use this object meanwhile. */
  begin(): void {
    this.#told(() => this.#database.exec('BEGIN IMMEDIATE'));
  }

  commit(): void {
    this.#told(() => this.#database.exec('COMMIT'));
  }

  /** Nothing of what was done since {@link begin} is in the file. */
  rollback(): void {
    // SQLite may have done it by itself, when the disk was full.
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #told<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      throw databaseError(this.path, error);
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #check(): void {
    const found = this.#database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (found !== 'ok') throw unusable(this.path, String(found), undefined, true);
  }

  #version(): number {
    return Number(this.#database.prepare('PRAGMA user_version').get()?.['user_version']);
  }

  #needVersion({ version }: DatabaseLayout): void {
    const found = this.#version();
    if (found !== version) throw this.#foreign(found, version);
  }

  #foreign(found: number, version: number): SignalboxError {
    const by = found > version ? 'a newer' : 'an older';
    return new SignalboxError(
      'STATE_UNREADABLE',
      `${this.path} was written by ${by} Signalbox (layout ${found}; this one knows ${version})`,
    );
  }

  #layOut(layout: DatabaseLayout): void {
    const { version, tables, migrations = {} } = layout;
    const before = this.#version();
    if (before === version) return;
    if (before > version) throw this.#foreign(before, version);
    if (before > 0) this.#keepCopy(before);
    this.transaction(() => {
      // Another process may have done it meanwhile.
      const found = this.#version();
      if (found === version) return;
      if (found > version) throw this.#foreign(found, version);
      if (found === 0) this.#database.exec(tables);
      else {
        for (let from = found; from < version; from += 1) {
          const migration = migrations[from];
          if (migration === undefined) throw this.#foreign(found, version);
          this.#database.exec(migration);
        }
      }
      this.#database.exec(`PRAGMA user_version = ${version}`);
    });
  }

  /** The file as it is, whole, beside it; one that is there already was whole, too. */
  #keepCopy(version: number): void {
    const copy = `${this.path}.layout-${version}`;
    const partial = `${copy}.part-${process.pid}`;
    rmSync(partial, { force: true });
    this.#database.prepare('VACUUM INTO ?').run(partial);
    renameSync(partial, copy);
  }
}
