import type { SqlValue } from './database.ts';

/** One statement. Its values stand in it as `$1`, `$2` …, whatever the database. */
export interface Operation {
  readonly sql: string;
  readonly values?: readonly SqlValue[];
}

export interface OperationOptions {
  /** Takes it back: also while it waits for its turn or for a connection. */
  readonly signal?: AbortSignal;
  /** How long it may wait for its turn or for a connection, in ms. @default {@link databaseWaitMs} */
  readonly waitMs?: number;
}

export interface TransactionOptions extends OperationOptions {
  /** How long it may take once it has begun, in ms; then it is rolled back. @default {@link transactionLongestMs} */
  readonly longestMs?: number;
}

/** So long one waits for a turn or a connection unless it says otherwise, in ms. */
export const databaseWaitMs = 10_000;
/** So long a transaction may take unless it says otherwise, in ms. */
export const transactionLongestMs = 30_000;
/** So many may wait; one more is refused. */
export const databaseWaitersMost = 1_000;

/**
 * What can be done with a database, by itself or as part of a transaction. Each throws BAD_ARGUMENT where
 * the statement is of another kind, DATABASE_CONSTRAINT, DATABASE_BUSY, DATABASE_FULL, DATABASE_READ_ONLY,
 * DATABASE_UNREACHABLE, DATABASE_FAILED, CANCELLED, QUEUE_FULL, and CLOSED after its end. Nothing of it is
 * done then; but where the connection broke after it was told to do it, it is OUTCOME_UNKNOWN.
 */
export interface ValueDatabase {
  /** @returns the rows that it finds */
  query<Row>(
    sql: string,
    values?: readonly SqlValue[],
    options?: OperationOptions,
  ): Promise<readonly Row[]>;
  /** @returns how many rows are new */
  insert(sql: string, values?: readonly SqlValue[], options?: OperationOptions): Promise<number>;
  /** @returns how many rows were changed */
  update(sql: string, values?: readonly SqlValue[], options?: OperationOptions): Promise<number>;
  /** @returns how many rows are gone */
  delete(sql: string, values?: readonly SqlValue[], options?: OperationOptions): Promise<number>;
}

/** A database in which several things are done at once, or none of them. */
export interface TransactionalDatabase extends ValueDatabase, AsyncDisposable {
  /** What it is, without any secret: a path, or `postgresql://user@host/database`. */
  readonly address: string;
  /** Does all of them, or none. @returns how many rows each of them changed */
  batch(operations: readonly Operation[], options?: TransactionOptions): Promise<readonly number[]>;
  /**
   * Does all that `body` does with what it is given, or nothing: when it throws, and when it takes too long.
   * @throws what `body` throws; WAIT_TIMEOUT when it takes too long
   */
  transaction<Result>(
    body: (within: ValueDatabase) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  statistics(): DatabaseStatistics;
}

/** What a database has done since it was opened, and who waits for it now. */
export interface DatabaseStatistics {
  /** Open at the moment, and at the most. */
  readonly connections: number;
  readonly connectionsMost: number;
  readonly inUse: number;
  readonly waiting: number;
  /** How often a connection had to be made. */
  readonly connects: number;
  readonly statements: number;
  readonly transactions: number;
  readonly rollbacks: number;
  /** How often somebody had to wait, and how long the longest did, in ms. */
  readonly waits: number;
  readonly longestWaitMs: number;
  readonly failuresByCode: Readonly<Record<string, number>>;
}
