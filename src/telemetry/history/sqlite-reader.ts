import { Database } from '../database/database.ts';
import type { SqlValue } from '../database/database.ts';
import type {
  ExportPage,
  ExportQuery,
  HistoryQuery,
  RecordedSample,
  SeriesHistory,
  SeriesInfo,
  SeriesKind,
  SeriesName,
} from './history.ts';
import { ExportRows, Points, valueOf } from './points.ts';
import type { SampleRow, SummaryRow } from './points.ts';
import { cut, partStart, resolutionFor, rowMs, tableOf } from './resolution.ts';
import type { HistoryTable } from './resolution.ts';
import { historyLayout } from './sqlite-layout.ts';
import { readHorizons } from './sqlite-writer.ts';

/** What is read often stays in memory: so much, in KiB. */
const cacheKib = 32_000;

interface SeriesRow {
  readonly id: number;
  readonly instrument: string;
  readonly parameter: string;
  readonly unit: string | null;
  readonly kind: SeriesKind;
}

/** Reads a history file, beside the one that writes to it. */
export class SqliteReader implements Disposable {
  readonly #database: Database;

  /** @throws STATE_UNREADABLE */
  constructor(path: string) {
    const options = { check: 'beginning', isReadOnly: true, cacheKib } as const;
    this.#database = new Database(path, historyLayout, options);
  }

  /** One series of a query, as it was at one moment. */
  query(name: SeriesName, { fromMs, toMs, points }: Omit<HistoryQuery, 'series'>): SeriesHistory {
    return this.#database.snapshot(() => {
      const series = this.#find(name);
      if (series === undefined) return new Points(name, 'raw', 'number', null).done();
      const horizons = readHorizons(this.#database);
      const whole = this.#whole(series, fromMs, toMs, points, horizons.raw ?? -Infinity);
      if (whole !== undefined) return whole;
      const resolution = resolutionFor(fromMs, toMs, points, horizons);
      const table = tableOf[resolution];
      const { firstMs, lengthMs, originMs } = cut(fromMs, toMs, points, resolution);
      const result = new Points(series, resolution, series.kind, series.unit, lengthMs);
      const startOf = (atMs: number): number => originMs + partStart(atMs - originMs, lengthMs);
      let startMs = startOf(firstMs);
      while (startMs < toMs) {
        const endMs = Math.min(startMs + lengthMs, toMs);
        const row = this.#part(table, series.id, Math.max(startMs, firstMs), endMs);
        if (row === undefined) {
          // A stretch without samples is passed in one go.
          const next = this.#next(table, series.id, endMs);
          if (next === undefined) break;
          startMs = Math.max(startMs + lengthMs, startOf(next));
        } else {
          result.add(startMs, row);
          startMs += lengthMs;
        }
      }
      return result.done();
    });
  }

  series(): SeriesInfo[] {
    return this.#database.snapshot(() => {
      const rows = this.#database.all<SeriesRow>(
        'SELECT * FROM series ORDER BY instrument, parameter',
      );
      return rows.flatMap(({ id, instrument, parameter, unit, kind }): SeriesInfo[] => {
        const firstMs = this.#end(id, 'first');
        const lastMs = this.#end(id, 'last');
        if (firstMs === undefined || lastMs === undefined) return [];
        const named = { instrument, parameter, kind, firstMs, lastMs };
        return [unit === null ? named : { ...named, unit }];
      });
    });
  }

  latestBefore(name: SeriesName, atMs: number): RecordedSample | undefined {
    return this.#database.snapshot(() => {
      const series = this.#find(name);
      if (series === undefined) return undefined;
      const row =
        this.#database.get<SampleRow>(
          'SELECT at, value, text FROM samples WHERE series = ? AND at < ? ORDER BY at DESC LIMIT 1',
          series.id,
          atMs,
        ) ??
        this.#lastOf('minutes', series.id, atMs) ??
        this.#lastOf('hours', series.id, atMs);
      if (row === undefined) return undefined;
      return { atMs: row.at, value: valueOf(series.kind, row.value, row.text) };
    });
  }

  countRows({ series, fromMs, toMs, resolution }: ExportQuery): number {
    let rows = 0;
    for (const name of series) {
      const found = this.#find(name);
      if (found === undefined) continue;
      // What the samples come to is known without counting them.
      const [what, table] =
        resolution === 'raw' ? ['sum(count)', 'minutes'] : ['count(*)', tableOf[resolution]];
      const row = this.#database.get<{ rows: number | null }>(
        `SELECT ${what} AS rows FROM ${table} WHERE series = ? AND at >= ? AND at < ?`,
        found.id,
        fromMs,
        toMs,
      );
      rows += row?.rows ?? 0;
    }
    return rows;
  }

  /** The next rows of one series; undefined when there are none any more. */
  page(
    name: SeriesName,
    { fromMs, toMs, resolution }: Omit<ExportQuery, 'series'>,
    most: number,
  ): ExportPage | undefined {
    const series = this.#find(name);
    if (series === undefined) return undefined;
    const columns =
      resolution === 'raw'
        ? 'at, value, text'
        : `at, count, sum / numbers AS mean, low, high, last AS value, last_text AS text`;
    const rows = this.#database.all<SampleRow & Partial<SummaryRow>>(
      `SELECT ${columns} FROM ${tableOf[resolution]}
       WHERE series = ? AND at >= ? AND at < ? ORDER BY at LIMIT ?`,
      series.id,
      fromMs,
      toMs,
      most,
    );
    return rows.length === 0 ? undefined : new ExportRows(series, rows).page();
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }

  /** All samples, where they are no more than may be given. */
  #whole(
    series: SeriesRow,
    fromMs: number,
    toMs: number,
    points: number,
    horizonMs: number,
  ): SeriesHistory | undefined {
    if (fromMs < horizonMs) return undefined;
    const rows = this.#database.all<SampleRow>(
      `SELECT at, value, text FROM samples WHERE series = ? AND at >= ? AND at < ?
       ORDER BY at LIMIT ?`,
      series.id,
      fromMs,
      toMs,
      points + 1,
    );
    if (rows.length > points) return undefined;
    const result = new Points(series, 'raw', series.kind, series.unit);
    for (const { at, value, text } of rows) {
      result.add(at, { count: 1, mean: value, low: value, high: value, value, text });
    }
    return result.done();
  }

  /** What lies in a part of the time; undefined when nothing does. */
  #part(table: HistoryTable, id: number, fromMs: number, toMs: number): SummaryRow | undefined {
    return table === 'samples'
      ? this.#samplesPart(id, fromMs, toMs)
      : this.#summaryPart(table, id, fromMs, toMs);
  }

  #samplesPart(...where: readonly SqlValue[]): SummaryRow | undefined {
    const row = this.#database.get<Omit<SummaryRow, 'value' | 'text'> & { at: number }>(
      `SELECT count(*) AS count, avg(value) AS mean, min(value) AS low, max(value) AS high,
         max(at) AS at
       FROM samples WHERE series = ? AND at >= ? AND at < ?`,
      ...where,
    );
    if (row === undefined || row.count === 0) return undefined;
    const last = this.#database.get<SampleRow>(
      'SELECT value, text FROM samples WHERE series = ? AND at = ?',
      where[0] ?? 0,
      row.at,
    );
    return { ...row, value: last?.value ?? null, text: last?.text ?? null };
  }

  #summaryPart(table: string, ...where: readonly SqlValue[]): SummaryRow | undefined {
    const row = this.#database.get<Omit<SummaryRow, 'value' | 'text'> & { at: number | null }>(
      `SELECT sum(count) AS count, sum(sum) / sum(numbers) AS mean, min(low) AS low, max(high) AS high,
         max(at) AS at
       FROM ${table} WHERE series = ? AND at >= ? AND at < ?`,
      ...where,
    );
    if (row === undefined || row.at === null) return undefined;
    const last = this.#database.get<SampleRow>(
      `SELECT last AS value, last_text AS text FROM ${table} WHERE series = ? AND at = ?`,
      where[0] ?? 0,
      row.at,
    );
    return { ...row, value: last?.value ?? null, text: last?.text ?? null };
  }

  #find({ instrument, parameter }: SeriesName): SeriesRow | undefined {
    return this.#database.get<SeriesRow>(
      'SELECT * FROM series WHERE instrument = ? AND parameter = ?',
      instrument,
      parameter,
    );
  }

  #next(table: string, id: number, fromMs: number): number | undefined {
    return (
      this.#database.get<{ at: number | null }>(
        `SELECT min(at) AS at FROM ${table} WHERE series = ? AND at >= ?`,
        id,
        fromMs,
      )?.at ?? undefined
    );
  }

  /** When the oldest or newest sample that is kept was taken, as well as it is known. */
  #end(id: number, end: 'first' | 'last'): number | undefined {
    const what = end === 'first' ? 'min(at)' : 'max(at)';
    const times = ['samples', 'minutes', 'hours'].flatMap(
      (table) =>
        this.#database.get<{ at: number | null }>(
          `SELECT ${what} AS at FROM ${table} WHERE series = ?`,
          id,
        )?.at ?? [],
    );
    if (times.length === 0) return undefined;
    if (end === 'last') return Math.max(...times);
    // A part begins before its first sample: where all samples are there, theirs counts.
    const [sample = Infinity, , hour = 0] = times;
    return times.length === 3 && sample < hour + rowMs.hour ? sample : Math.min(...times);
  }

  #lastOf(table: string, id: number, beforeMs: number): SampleRow | undefined {
    return this.#database.get<SampleRow>(
      `SELECT last_at AS at, last AS value, last_text AS text FROM ${table}
       WHERE series = ? AND last_at < ? AND at < ? ORDER BY at DESC LIMIT 1`,
      id,
      beforeMs,
      beforeMs,
    );
  }
}
