import { onAbort, cancellationError, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { DatabaseCounts } from './database-counts.ts';
import { Database } from './database.ts';
import type { DatabaseLayout, DatabaseOptions, SqlValue } from './database.ts';
import { Permits } from './permits.ts';
import { checkKind } from './statement-kind.ts';
import { transactionLongestMs } from './value-database.ts';
import type {
  DatabaseStatistics,
  Operation,
  OperationOptions,
  TransactionalDatabase,
  TransactionOptions,
  ValueDatabase,
} from './value-database.ts';

export interface SqliteValueDatabaseOptions extends DatabaseOptions {
  /** Of the file, made when it is not there. */
  readonly path: string;
  readonly layout: DatabaseLayout;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** A file of tables. One connection: what is done with it is done one after the other, in order. */
export class SqliteValueDatabase implements TransactionalDatabase {
  readonly address: string;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #permits: Permits;
  readonly #counts = new DatabaseCounts();

  /** @throws STATE_UNREADABLE, DATABASE_… */
  constructor(options: SqliteValueDatabaseOptions) {
    const { path, layout, clock = systemClock } = options;
    this.address = path;
    this.#clock = clock;
    this.#database = new Database(path, layout, options);
    this.#counts.connects = 1;
    this.#permits = new Permits({ what: path, most: 1, clock });
  }

  async query<Row>(
    sql: string,
    values: readonly SqlValue[] = [],
    options: OperationOptions = {},
  ): Promise<readonly Row[]> {
    checkKind('query', sql);
    return await this.#alone(options, () => this.#database.all<Row>(sql, ...named(values)));
  }

  async insert(
    sql: string,
    values: readonly SqlValue[] = [],
    options: OperationOptions = {},
  ): Promise<number> {
    checkKind('insert', sql);
    return await this.#change(sql, values, options);
  }

  async update(
    sql: string,
    values: readonly SqlValue[] = [],
    options: OperationOptions = {},
  ): Promise<number> {
    checkKind('update', sql);
    return await this.#change(sql, values, options);
  }

  async delete(
    sql: string,
    values: readonly SqlValue[] = [],
    options: OperationOptions = {},
  ): Promise<number> {
    checkKind('delete', sql);
    return await this.#change(sql, values, options);
  }

  async batch(
    operations: readonly Operation[],
    options: TransactionOptions = {},
  ): Promise<readonly number[]> {
    return await this.#alone(options, () => {
      this.#counts.transactions += 1;
      try {
        return this.#database.transaction(() =>
          operations.map(({ sql, values = [] }) => {
            this.#counts.statements += 1;
            return this.#database.run(sql, ...named(values)).changes;
          }),
        );
      } catch (error) {
        this.#counts.rollbacks += 1;
        throw error;
      }
    });
  }

  async transaction<Result>(
    body: (within: ValueDatabase) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    const { signal, longestMs = transactionLongestMs } = options;
    using _permit = await this.#permits.take(options);
    this.#counts.transactions += 1;
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => {});
    const within = new Within(this.#database, this.#counts);
    const timer = this.#clock.schedule(longestMs, () =>
      ended.reject(
        new SignalboxError('WAIT_TIMEOUT', `a transaction took longer than ${longestMs} ms`),
      ),
    );
    using _listener = onAbort(signal, () => {
      if (signal !== undefined) ended.reject(cancellationError(signal, 'a transaction'));
    });
    try {
      this.#database.begin();
      const result = await Promise.race([body(within), ended.promise]);
      this.#database.commit();
      return result;
    } catch (error) {
      this.#counts.rollbacks += 1;
      this.#database.rollback();
      throw this.#counts.failed(error);
    } finally {
      within.isOver = true;
      timer.cancel();
    }
  }

  statistics(): DatabaseStatistics {
    return { connections: 1, connectionsMost: 1, ...this.#counts.statistics(this.#permits) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new SignalboxError('CLOSED', `${this.address} was closed`);
    // What has begun is finished first.
    const last = this.#permits.take().catch(() => undefined);
    await last;
    this.#permits.close(closed);
    this.#database[Symbol.dispose]();
  }

  async #change(
    sql: string,
    values: readonly SqlValue[],
    options: OperationOptions,
  ): Promise<number> {
    return await this.#alone(options, () => this.#database.run(sql, ...named(values)).changes);
  }

  async #alone<Result>(options: OperationOptions, action: () => Result): Promise<Result> {
    try {
      using _permit = await this.#permits.take(options);
      this.#counts.statements += 1;
      return action();
    } catch (error) {
      throw this.#counts.failed(error);
    }
  }
}

/** What the body of a transaction works with, until its end. */
class Within implements ValueDatabase {
  readonly #database: Database;
  readonly #counts: DatabaseCounts;
  isOver = false;

  constructor(database: Database, counts: DatabaseCounts) {
    this.#database = database;
    this.#counts = counts;
  }

  async query<Row>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    checkKind('query', sql);
    this.#begin();
    return this.#database.all<Row>(sql, ...named(values));
  }

  async insert(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    checkKind('insert', sql);
    return this.#change(sql, values);
  }

  async update(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    checkKind('update', sql);
    return this.#change(sql, values);
  }

  async delete(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    checkKind('delete', sql);
    return this.#change(sql, values);
  }

  #change(sql: string, values: readonly SqlValue[]): number {
    this.#begin();
    return this.#database.run(sql, ...named(values)).changes;
  }

  #begin(): void {
    if (this.isOver) throw new SignalboxError('CLOSED', 'this transaction has ended');
    this.#counts.statements += 1;
  }
}

/** `$1` is a name to SQLite. */
function named(values: readonly SqlValue[]): SqlValue[] {
  if (values.length === 0) return [];
  const byName = Object.fromEntries(values.map((value, index) => [`$${index + 1}`, value]));
  return [byName as unknown as SqlValue];
}
