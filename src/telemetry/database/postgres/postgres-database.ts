import type { Pool, PoolClient } from 'pg';
import { cancellationError, onAbort, SignalboxError, systemClock } from '../../../kernel/index.ts';
import type { Clock } from '../../../kernel/index.ts';
import { DatabaseCounts } from '../database-counts.ts';
import type { DatabaseLayout, SqlValue } from '../database.ts';
import { Permits } from '../permits.ts';
import { checkKind } from '../statement-kind.ts';
import { transactionLongestMs } from '../value-database.ts';
import type {
  DatabaseStatistics,
  Operation,
  OperationOptions,
  TransactionalDatabase,
  TransactionOptions,
  ValueDatabase,
} from '../value-database.ts';
import { secretsOf, shownUrl } from './database-url.ts';
import { isBroken, postgresError } from './postgres-errors.ts';

/** So many connections are open at most unless it is said otherwise. */
export const connectionsMostDefault = 4;
/** So long a server may take to let somebody in, in ms. */
export const connectLongestMs = 5_000;
/** So long one statement may take, in ms; then the server gives it up. */
export const statementLongestMs = 60_000;
/** A connection that nobody uses is closed after so long, in ms. */
const idleMs = 30_000;
/** Taken by who lays tables out: any number, as long as it is always the same. */
const layoutLock = 730_421_117;
/** What is under way when it ends may take so long, in ms. */
const closeLongestMs = 5_000;

export interface PostgresDatabaseOptions {
  /** `postgresql://user:password@host/database`; never told to anybody. */
  readonly url: string;
  /** @default {@link connectionsMostDefault} */
  readonly connectionsMost?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * A database of a PostgreSQL server. Connections are made when they are needed and made again when they
 * broke: what is asked for while the server is away fails, what is asked for later does not.
 */
export class PostgresDatabase implements TransactionalDatabase {
  readonly address: string;
  readonly #secrets: readonly string[];
  readonly #url: string;
  readonly #most: number;
  readonly #clock: Clock;
  readonly #permits: Permits;
  readonly #counts = new DatabaseCounts();
  #pool: Promise<Pool> | undefined;
  #open: Pool | undefined;
  #isClosed = false;

  constructor(options: PostgresDatabaseOptions) {
    const { url, connectionsMost = connectionsMostDefault, clock = systemClock } = options;
    this.address = shownUrl(url);
    this.#secrets = secretsOf(url);
    this.#url = url;
    this.#most = connectionsMost;
    this.#clock = clock;
    const what = `a connection to ${this.address}`;
    this.#permits = new Permits({ what, most: connectionsMost, clock });
  }

  async query<Row>(
    sql: string,
    values: readonly SqlValue[] = [],
    options: OperationOptions = {},
  ): Promise<readonly Row[]> {
    checkKind('query', sql);
    return await this.#use(options, async (within) => await within.query<Row>(sql, values));
  }

  async insert(
    sql: string,
    values: readonly SqlValue[] = [],
    options: OperationOptions = {},
  ): Promise<number> {
    checkKind('insert', sql);
    return await this.#use(options, async (within) => await within.insert(sql, values));
  }

  async update(
    sql: string,
    values: readonly SqlValue[] = [],
    options: OperationOptions = {},
  ): Promise<number> {
    checkKind('update', sql);
    return await this.#use(options, async (within) => await within.update(sql, values));
  }

  async delete(
    sql: string,
    values: readonly SqlValue[] = [],
    options: OperationOptions = {},
  ): Promise<number> {
    checkKind('delete', sql);
    return await this.#use(options, async (within) => await within.delete(sql, values));
  }

  async batch(
    operations: readonly Operation[],
    options: TransactionOptions = {},
  ): Promise<readonly number[]> {
    return await this.#inTransaction(async (within) => {
      const changes: number[] = [];
      for (const { sql, values = [] } of operations) changes.push(await within.do(sql, values));
      return changes;
    }, options);
  }

  async transaction<Result>(
    body: (within: ValueDatabase) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    return await this.#inTransaction(body, options);
  }

  /**
   * Makes the tables of a layout that are not there, once, whoever else wants to at the same time.
   * @param name of the layout in this database
   * @throws STATE_UNREADABLE for one of another version
   */
  async layOut(name: string, { version, tables, migrations = {} }: DatabaseLayout): Promise<void> {
    await this.#inTransaction(async (within) => {
      await within.do('SELECT pg_advisory_xact_lock($1)', [layoutLock]);
      await within.do(
        'CREATE TABLE IF NOT EXISTS signalbox_layouts (name text PRIMARY KEY, version integer NOT NULL)',
      );
      const [row] = await within.query<{ version: number }>(
        'SELECT version FROM signalbox_layouts WHERE name = $1',
        [name],
      );
      const found = row?.version ?? 0;
      if (found === version) return;
      const steps: (string | undefined)[] = [];
      for (let from = found; from > 0 && from < version; from += 1) steps.push(migrations[from]);
      if (found > version || steps.includes(undefined)) {
        throw new SignalboxError(
          'STATE_UNREADABLE',
          `${name} of ${this.address} has layout ${found}; this Signalbox knows ${version}`,
        );
      }
      for (const step of found === 0 ? [tables] : steps) await within.do(step ?? '');
      await within.do(
        `INSERT INTO signalbox_layouts VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET version = excluded.version`,
        [name, version],
      );
    }, {});
  }

  statistics(): DatabaseStatistics {
    return {
      connections: this.#open?.totalCount ?? 0,
      connectionsMost: this.#most,
      ...this.#counts.statistics(this.#permits),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#permits.close(new SignalboxError('CLOSED', `${this.address} was closed`));
    const pool = await this.#pool?.catch(() => undefined);
    if (pool === undefined) return;
    const late = Promise.withResolvers<void>();
    const timer = this.#clock.schedule(closeLongestMs, late.resolve);
    await Promise.race([pool.end().catch(() => {}), late.promise]);
    timer.cancel();
  }

  async #inTransaction<Result>(
    body: (within: Within) => Promise<Result>,
    options: TransactionOptions,
  ): Promise<Result> {
    const { longestMs = transactionLongestMs } = options;
    return await this.#use(options, async (within, client) => {
      this.#counts.transactions += 1;
      const late = Promise.withResolvers<never>();
      late.promise.catch(() => {});
      const timer = this.#clock.schedule(longestMs, () =>
        late.reject(
          new SignalboxError('WAIT_TIMEOUT', `a transaction took longer than ${longestMs} ms`),
        ),
      );
      // What the body still asks for after its end is not done.
      const inside = this.#within(client);
      try {
        await within.do('BEGIN');
        const result = await Promise.race([body(inside), late.promise]);
        inside.isOver = true;
        await this.#commit(within);
        return result;
      } catch (error) {
        inside.isOver = true;
        this.#counts.rollbacks += 1;
        if (!within.isOver) await within.do('ROLLBACK').catch(() => {});
        throw error;
      } finally {
        timer.cancel();
      }
    });
  }

  /** Where the connection breaks while it is told to commit, nobody knows what became of it. */
  async #commit(within: Within): Promise<void> {
    try {
      await within.do('COMMIT');
    } catch (error) {
      const known = this.#error(error);
      if (!isBroken(known)) throw known;
      within.isOver = true;
      const text = `${this.address} went away while it was told to commit`;
      throw new SignalboxError('OUTCOME_UNKNOWN', text, { cause: known });
    }
  }

  async #use<Result>(
    options: OperationOptions,
    action: (within: Within, client: PoolClient) => Promise<Result>,
  ): Promise<Result> {
    const { signal } = options;
    try {
      using _permit = await this.#permits.take(options);
      const client = await this.#connect();
      const within = this.#within(client);
      const cancelled = Promise.withResolvers<never>();
      cancelled.promise.catch(() => {});
      using _listener = onAbort(signal, () => {
        if (signal === undefined) return;
        within.isOver = true;
        cancelled.reject(cancellationError(signal, 'what a database was asked for'));
      });
      let failure: SignalboxError | undefined;
      try {
        return await Promise.race([action(within, client), cancelled.promise]);
      } catch (error) {
        failure = this.#error(error);
        throw failure;
      } finally {
        const isOfUse = !within.isOver && (failure === undefined || !isBroken(failure));
        within.isOver = true;
        // One that was cancelled, or is broken, is not given to the next.
        client.release(!isOfUse);
      }
    } catch (error) {
      throw this.#counts.failed(this.#error(error));
    }
  }

  #within(client: PoolClient): Within {
    return new Within(client, this.#counts, (error) => this.#error(error));
  }

  async #connect(): Promise<PoolClient> {
    this.#pool ??= this.#makePool();
    try {
      return await (await this.#pool).connect();
    } catch (error) {
      throw this.#error(error);
    }
  }

  async #makePool(): Promise<Pool> {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({
      connectionString: this.#url,
      max: this.#most,
      connectionTimeoutMillis: connectLongestMs,
      statement_timeout: statementLongestMs,
      idle_in_transaction_session_timeout: transactionLongestMs,
      idleTimeoutMillis: idleMs,
      application_name: 'signalbox',
      keepAlive: true,
      // Whole numbers of 64 bits: times in ms and counts, which are all below 2^53.
      types: {
        getTypeParser: (oid, format) =>
          oid === pg.types.builtins.INT8
            ? (text: string) => Number(text)
            : pg.types.getTypeParser(oid, format),
      },
    });
    pool.on('connect', (client) => {
      this.#counts.connects += 1;
      // One that breaks while somebody has it fails what it is asked for next.
      client.on('error', () => {});
    });
    // One that breaks while nobody has it is made again when somebody wants it.
    pool.on('error', () => {});
    this.#open = pool;
    return pool;
  }

  #error(error: unknown): SignalboxError {
    return postgresError(this.address, this.#secrets, error);
  }
}

/** One connection, for as long as somebody has it. */
class Within implements ValueDatabase {
  readonly #client: PoolClient;
  readonly #counts: DatabaseCounts;
  readonly #error: (error: unknown) => SignalboxError;
  isOver = false;

  constructor(
    client: PoolClient,
    counts: DatabaseCounts,
    error: (error: unknown) => SignalboxError,
  ) {
    this.#client = client;
    this.#counts = counts;
    this.#error = error;
  }

  async query<Row>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    checkKind('query', sql);
    return (await this.#run(sql, values)).rows as Row[];
  }

  async insert(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    checkKind('insert', sql);
    return await this.do(sql, values);
  }

  async update(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    checkKind('update', sql);
    return await this.do(sql, values);
  }

  async delete(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    checkKind('delete', sql);
    return await this.do(sql, values);
  }

  /** Any statement. @returns how many rows it changed */
  async do(sql: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#run(sql, values)).rowCount ?? 0;
  }

  async #run(
    sql: string,
    values: readonly unknown[],
  ): Promise<{ rows: unknown[]; rowCount: number | null }> {
    if (this.isOver) throw new SignalboxError('CLOSED', 'this transaction has ended');
    this.#counts.statements += 1;
    try {
      return await this.#client.query(sql, [...values]);
    } catch (error) {
      throw this.#error(error);
    }
  }
}
