import { PostgresDatabase } from '../database/postgres/postgres-database.ts';
import type { PostgresDatabaseOptions } from '../database/postgres/postgres-database.ts';
import type { DatabaseStatistics } from '../database/value-database.ts';
import { checkQuery } from './check-query.ts';
import { exportPages } from './export-pages.ts';
import type {
  AppendResult,
  ExportPage,
  ExportQuery,
  HistoryQuery,
  HistoryStore,
  RecordedSample,
  Resolution,
  Retention,
  RetentionStep,
  SeriesHistory,
  SeriesInfo,
  SeriesKind,
  SeriesName,
  WaitOptions,
} from './history.ts';
import { ExportRows, Points, valueOf } from './points.ts';
import type { SampleRow, SummaryRow } from './points.ts';
import { postgresHistoryLayout } from './postgres-layout.ts';
import { PostgresWriter } from './postgres-writer.ts';
import { cut, resolutionFor, rowMs, tableOf } from './resolution.ts';
import { SeriesBook } from './sample-batch.ts';
import type { SampleBatch } from './sample-batch.ts';

interface SeriesRow {
  readonly id: number;
  readonly instrument: string;
  readonly parameter: string;
  readonly unit: string | null;
  readonly kind: SeriesKind;
}

/** History on a PostgreSQL server, which several gateways may share. */
export class PostgresHistory implements HistoryStore {
  readonly book: SeriesBook = new SeriesBook();
  readonly #database: PostgresDatabase;
  readonly #writer: PostgresWriter;
  #ready: Promise<void> | undefined;

  constructor(options: PostgresDatabaseOptions) {
    this.#database = new PostgresDatabase(options);
    this.#writer = new PostgresWriter(this.#database);
  }

  statistics(): DatabaseStatistics {
    return this.#database.statistics();
  }

  /** Makes its tables if they are not there. @throws DATABASE_…, STATE_UNREADABLE */
  async open(): Promise<void> {
    this.#ready ??= this.#database.layOut('history', postgresHistoryLayout);
    try {
      await this.#ready;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  async append(batch: SampleBatch): Promise<AppendResult> {
    await this.open();
    try {
      return await this.#writer.append(batch, this.book.definitions);
    } catch (error) {
      this.#writer.forget();
      // Somebody may have put another database in its place.
      this.#ready = undefined;
      throw error;
    }
  }

  async retain(retention: Retention, nowMs: number): Promise<RetentionStep> {
    await this.open();
    return await this.#writer.retain(retention, nowMs);
  }

  async query(query: HistoryQuery, options: WaitOptions = {}): Promise<readonly SeriesHistory[]> {
    checkQuery(query);
    await this.open();
    const found: SeriesHistory[] = [];
    for (const name of query.series) found.push(await this.#queryOne(name, query, options));
    return found;
  }

  async series(options: WaitOptions = {}): Promise<readonly SeriesInfo[]> {
    await this.open();
    const ends = (table: string): string => `
      (SELECT min(at) FROM signalbox_${table} WHERE series = s.id) AS first_${table},
      (SELECT max(at) FROM signalbox_${table} WHERE series = s.id) AS last_${table}`;
    const rows = await this.#database.query<SeriesRow & Record<string, number | string | null>>(
      `SELECT s.*, ${['samples', 'minutes', 'hours'].map(ends).join(',')}
       FROM signalbox_series s ORDER BY instrument COLLATE "C", parameter COLLATE "C"`,
      [],
      options,
    );
    return rows.flatMap((row): SeriesInfo[] => {
      const times = (end: string): number[] =>
        ['samples', 'minutes', 'hours'].flatMap((table) => {
          const at = row[`${end}_${table}`];
          return typeof at === 'number' ? [at] : [];
        });
      const [sample = Infinity, , hour = 0] = times('first');
      const firsts = times('first');
      if (firsts.length === 0) return [];
      const firstMs =
        firsts.length === 3 && sample < hour + rowMs.hour ? sample : Math.min(...firsts);
      const { instrument, parameter, unit, kind } = row;
      const named = { instrument, parameter, kind, firstMs, lastMs: Math.max(...times('last')) };
      return [unit === null ? named : { ...named, unit }];
    });
  }

  async latestBefore(
    name: SeriesName,
    atMs: number,
    options: WaitOptions = {},
  ): Promise<RecordedSample | undefined> {
    await this.open();
    const series = await this.#find(name, options);
    if (series === undefined) return undefined;
    const summary = (table: string): string => `(
      SELECT last_at AS at, last AS value, last_text AS text FROM signalbox_${table}
      WHERE series = $1 AND at < $2 AND last_at < $2 ORDER BY signalbox_${table}.at DESC LIMIT 1)`;
    const [row] = await this.#database.query<SampleRow>(
      `SELECT * FROM (
         (SELECT at, value, text FROM signalbox_samples WHERE series = $1 AND at < $2
          ORDER BY at DESC LIMIT 1)
         UNION ALL ${summary('minutes')} UNION ALL ${summary('hours')}) found
       ORDER BY at DESC LIMIT 1`,
      [series.id, atMs],
      options,
    );
    if (row === undefined) return undefined;
    return { atMs: row.at, value: valueOf(series.kind, row.value, row.text) };
  }

  async countRows(query: ExportQuery, options: WaitOptions = {}): Promise<number> {
    await this.open();
    const { series, fromMs, toMs, resolution } = query;
    const [what, table] =
      resolution === 'raw' ? ['sum(count)', 'minutes'] : ['count(*)', tableOf[resolution]];
    const [row] = await this.#database.query<{ rows: number | null }>(
      `SELECT (${what})::float8 AS rows FROM signalbox_${table} t
       JOIN signalbox_series s ON s.id = t.series
       JOIN unnest($1::text[], $2::text[]) AS wanted (instrument, parameter)
         ON wanted.instrument = s.instrument AND wanted.parameter = s.parameter
       WHERE at >= $3 AND at < $4`,
      [
        series.map(({ instrument }) => instrument),
        series.map(({ parameter }) => parameter),
        fromMs,
        toMs,
      ] as never,
      options,
    );
    return row?.rows ?? 0;
  }

  async *pages(
    query: ExportQuery,
    options: WaitOptions = {},
  ): AsyncGenerator<ExportPage, void, undefined> {
    await this.open();
    yield* exportPages(query, async (name, { fromMs, toMs, resolution }, most) => {
      const series = await this.#find(name, options);
      if (series === undefined) return undefined;
      const columns =
        resolution === 'raw'
          ? 'at, value, text'
          : 'at, count, sum / nullif(numbers, 0) AS mean, low, high, last AS value, last_text AS text';
      const rows = await this.#database.query<SampleRow & Partial<SummaryRow>>(
        `SELECT ${columns} FROM signalbox_${tableOf[resolution]}
         WHERE series = $1 AND at >= $2 AND at < $3 ORDER BY at LIMIT $4`,
        [series.id, fromMs, toMs, most],
        options,
      );
      return rows.length === 0 ? undefined : new ExportRows(series, rows).page();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database[Symbol.asyncDispose]();
  }

  async #queryOne(
    name: SeriesName,
    { fromMs, toMs, points }: HistoryQuery,
    options: WaitOptions,
  ): Promise<SeriesHistory> {
    const series = await this.#find(name, options);
    if (series === undefined) return new Points(name, 'raw', 'number', null).done();
    const removed = await this.#database.query<{ resolution: Resolution; at: number }>(
      'SELECT resolution, removed_before AS at FROM signalbox_horizons',
      [],
      options,
    );
    const horizons = Object.fromEntries(removed.map(({ resolution, at }) => [resolution, at]));
    if (fromMs >= (horizons['raw'] ?? 0)) {
      const rows = await this.#database.query<SampleRow>(
        `SELECT at, value, text FROM signalbox_samples
         WHERE series = $1 AND at >= $2 AND at < $3 ORDER BY at LIMIT $4`,
        [series.id, fromMs, toMs, points + 1],
        options,
      );
      if (rows.length <= points) {
        const whole = new Points(series, 'raw', series.kind, series.unit);
        for (const { at, value, text } of rows) {
          whole.add(at, { count: 1, mean: value, low: value, high: value, value, text });
        }
        return whole.done();
      }
    }
    const resolution = resolutionFor(fromMs, toMs, points, horizons);
    const { firstMs, lengthMs, originMs } = cut(fromMs, toMs, points, resolution);
    const what =
      resolution === 'raw'
        ? `count(*) AS count, avg(value) AS mean, min(value) AS low, max(value) AS high,
           (array_agg(value ORDER BY at DESC))[1] AS value, (array_agg(text ORDER BY at DESC))[1] AS text`
        : `sum(count)::float8 AS count, sum(sum) / nullif(sum(numbers), 0)::float8 AS mean,
           min(low) AS low, max(high) AS high,
           (array_agg(last ORDER BY at DESC))[1] AS value,
           (array_agg(last_text ORDER BY at DESC))[1] AS text`;
    const rows = await this.#database.query<SummaryRow & { part: number }>(
      `SELECT at - (at - $5) % $4 AS part, ${what} FROM signalbox_${tableOf[resolution]}
       WHERE series = $1 AND at >= $2 AND at < $3 GROUP BY part ORDER BY part`,
      [series.id, firstMs, toMs, lengthMs, originMs],
      options,
    );
    const result = new Points(series, resolution, series.kind, series.unit, lengthMs);
    for (const { part, ...row } of rows) result.add(part, row);
    return result.done();
  }

  async #find(
    { instrument, parameter }: SeriesName,
    options: WaitOptions,
  ): Promise<SeriesRow | undefined> {
    const [row] = await this.#database.query<SeriesRow>(
      'SELECT * FROM signalbox_series WHERE instrument = $1 AND parameter = $2',
      [instrument, parameter],
      options,
    );
    return row;
  }
}
