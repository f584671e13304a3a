import { Database } from '../database/database.ts';
import type { Statement } from '../database/database.ts';
import type {
  AppendResult,
  Resolution,
  Retention,
  RetentionStep,
  SeriesDefinition,
} from './history.ts';
import { resolutions } from './history.ts';
import { Part } from './part.ts';
import { hourMs, minuteMs, partStart, tableOf } from './resolution.ts';
import type { Horizons } from './resolution.ts';
import { historyLayout } from './sqlite-layout.ts';

/** Pages that are written often stay in memory: so much, in KiB. */
const cacheKib = 32_000;
/** So many rows are removed at once: what is recorded meanwhile waits no longer than for that. */
export const removedAtOnceMost = 20_000;

/** A batch as the thread of the database gets it. */
export interface ColumnBatch {
  readonly size: number;
  readonly series: Uint32Array;
  readonly atMs: Float64Array;
  readonly values: Float64Array;
  readonly texts: ReadonlyMap<number, string>;
}

/**
 * The one that writes to a history file. What is put together of the samples is changed in the same
 * transaction as they are written: it is never behind them, and never twice.
 */
export class SqliteWriter implements Disposable {
  readonly #database: Database;
  readonly #definitions: SeriesDefinition[] = [];
  /** By place in the book. 0 for one that is to be looked up, or has another definition now. */
  #ids: number[] = [];
  #horizons: Partial<Record<Resolution, number>>;
  readonly #insert: Statement;
  readonly #parts: Readonly<Record<'minute' | 'hour', Statement>>;

  /** @throws STATE_UNREADABLE, DATABASE_… */
  constructor(path: string) {
    this.#database = new Database(path, historyLayout, { check: 'beginning', cacheKib });
    try {
      this.#horizons = readHorizons(this.#database);
      this.#insert = this.#database.statement(
        'INSERT INTO samples (series, at, value, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      );
      this.#parts = { minute: this.#merge('minutes'), hour: this.#merge('hours') };
    } catch (error) {
      this.#database[Symbol.dispose]();
      throw error;
    }
  }

  /** All of the book, in its order. */
  define(definitions: readonly SeriesDefinition[]): void {
    for (const [place, definition] of definitions.entries()) {
      if (isSame(this.#definitions[place], definition)) continue;
      this.#definitions[place] = definition;
      this.#ids[place] = 0;
    }
  }

  append(batch: ColumnBatch): AppendResult {
    const ids = this.#ids.slice();
    try {
      return this.#database.transaction(() => this.#append(batch));
    } catch (error) {
      // Series that were new are not in the file.
      this.#ids = ids;
      throw error;
    }
  }

  /** Removes some of what is older than it is to be kept. */
  retain(retention: Retention, nowMs: number): RetentionStep {
    const keptMs = { raw: retention.rawMs, minute: retention.minuteMs, hour: retention.hourMs };
    const horizons: Partial<Record<Resolution, number>> = { ...this.#horizons };
    for (const resolution of resolutions) {
      // By whole hours, so that no part is half there. It never goes back: what is gone is gone.
      const wanted = partStart(nowMs - keptMs[resolution], hourMs);
      horizons[resolution] = Math.max(horizons[resolution] ?? 0, wanted, 0);
    }
    const removed = this.#database.transaction(() => {
      // Known before anything goes: a sample that comes later finds nothing that it might repeat.
      for (const [resolution, before] of Object.entries(horizons)) {
        this.#database.run(
          'INSERT INTO horizons VALUES (?, ?) ON CONFLICT DO UPDATE SET removed_before = excluded.removed_before',
          resolution,
          before,
        );
      }
      return this.#remove(horizons);
    });
    this.#horizons = horizons;
    return { removed, isDone: removed < removedAtOnceMost, horizons };
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }

  #append({ size, series, atMs, values, texts }: ColumnBatch): AppendResult {
    const rawHorizon = this.#horizons.raw ?? -Infinity;
    let stored = 0;
    let tooLate = 0;
    for (const { place, indices } of groups(series, size)) {
      const id = this.#id(place);
      const minute = new Part(id, minuteMs, this.#parts.minute);
      const hour = new Part(id, hourMs, this.#parts.hour);
      for (const index of indices) {
        const at = atMs[index] ?? 0;
        if (at < rawHorizon) {
          tooLate += 1;
          continue;
        }
        const number = values[index] ?? Number.NaN;
        const isText = Number.isNaN(number);
        const text = isText ? (texts.get(index) ?? '') : null;
        if (this.#insert.run(id, at, isText ? null : number, text).changes === 0) continue;
        stored += 1;
        minute.add(at, number, text);
        hour.add(at, number, text);
      }
      minute.write();
      hour.write();
    }
    return { stored, tooLate, duplicates: size - stored - tooLate };
  }

  #id(place: number): number {
    const known = this.#ids[place] ?? 0;
    if (known !== 0) return known;
    const definition = this.#definitions[place];
    if (definition === undefined) throw new RangeError(`there is no series ${place}`);
    const { instrument, parameter, unit = null, kind } = definition;
    const row = this.#database.get<{ id: number }>(
      `INSERT INTO series (instrument, parameter, unit, kind) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET unit = excluded.unit, kind = excluded.kind RETURNING id`,
      instrument,
      parameter,
      unit,
      kind,
    );
    const id = row?.id ?? 0;
    this.#ids[place] = id;
    return id;
  }

  #merge(table: string): Statement {
    return this.#database.statement(
      `INSERT INTO ${table} (series, at, count, numbers, sum, low, high, last, last_text, last_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         count = count + excluded.count,
         numbers = numbers + excluded.numbers,
         sum = CASE WHEN excluded.numbers = 0 THEN sum ELSE ifnull(sum, 0) + excluded.sum END,
         low = CASE WHEN low IS NULL OR excluded.low < low THEN excluded.low ELSE low END,
         high = CASE WHEN high IS NULL OR excluded.high > high THEN excluded.high ELSE high END,
         last = CASE WHEN excluded.last_at > last_at THEN excluded.last ELSE last END,
         last_text = CASE WHEN excluded.last_at > last_at THEN excluded.last_text ELSE last_text END,
         last_at = max(last_at, excluded.last_at)`,
    );
  }

  #remove(horizons: Horizons): number {
    let removed = 0;
    const all = this.#database.all<{ id: number }>('SELECT id FROM series');
    for (const resolution of resolutions) {
      const table = tableOf[resolution];
      for (const { id } of all) {
        if (removed >= removedAtOnceMost) return removed;
        removed += this.#removeOf(
          table,
          id,
          horizons[resolution] ?? 0,
          removedAtOnceMost - removed,
        );
      }
    }
    return removed;
  }

  #removeOf(table: string, id: number, before: number, most: number): number {
    const last = this.#database.get<{ at: number }>(
      `SELECT max(at) AS at FROM
         (SELECT at FROM ${table} WHERE series = ? AND at < ? ORDER BY at LIMIT ?)`,
      id,
      before,
      most,
    );
    const at = last?.at ?? null;
    if (at === null) return 0;
    return this.#database.run(`DELETE FROM ${table} WHERE series = ? AND at <= ?`, id, at).changes;
  }
}

function isSame(one: SeriesDefinition | undefined, other: SeriesDefinition): boolean {
  return (
    one?.instrument === other.instrument &&
    one.parameter === other.parameter &&
    one.unit === other.unit &&
    one.kind === other.kind
  );
}

/** What has been removed of a file. */
export function readHorizons(database: Database): Partial<Record<Resolution, number>> {
  const rows = database.all<{ resolution: Resolution; removed_before: number }>(
    'SELECT resolution, removed_before FROM horizons',
  );
  return Object.fromEntries(rows.map(({ resolution, removed_before: at }) => [resolution, at]));
}

interface Group {
  readonly place: number;
  readonly indices: Uint32Array;
}

/** The samples of a batch by their series, in the order of time as far as they came so. */
function* groups(series: Uint32Array, size: number): Generator<Group, void, undefined> {
  let most = 0;
  for (let index = 0; index < size; index += 1) most = Math.max(most, (series[index] ?? 0) + 1);
  // Counting sort: where each series begins, then each sample to its place.
  const ends = new Uint32Array(most + 1);
  for (let index = 0; index < size; index += 1) {
    const next = (series[index] ?? 0) + 1;
    ends[next] = (ends[next] ?? 0) + 1;
  }
  for (let place = 0; place < most; place += 1) {
    ends[place + 1] = (ends[place + 1] ?? 0) + (ends[place] ?? 0);
  }
  const starts = ends.slice();
  const sorted = new Uint32Array(size);
  for (let index = 0; index < size; index += 1) {
    const place = series[index] ?? 0;
    const to = starts[place] ?? 0;
    sorted[to] = index;
    starts[place] = to + 1;
  }
  for (let place = 0; place < most; place += 1) {
    const indices = sorted.subarray(ends[place], ends[place + 1]);
    if (indices.length > 0) yield { place, indices };
  }
}
