import type { PostgresDatabase } from '../database/postgres/postgres-database.ts';
import type { ValueDatabase } from '../database/value-database.ts';
import { resolutions } from './history.ts';
import type {
  AppendResult,
  Resolution,
  Retention,
  RetentionStep,
  SeriesDefinition,
} from './history.ts';
import { hourMs, minuteMs, partStart, tableOf } from './resolution.ts';
import type { Horizons } from './resolution.ts';
import type { SampleBatch } from './sample-batch.ts';

/** So many rows are removed at once: what is recorded meanwhile waits no longer than for that. */
const removedAtOnceMost = 20_000;
/** A statement with more samples than this would take long to be read by the server. */
const rowsAtOnceMost = 8_192;

/** What the new samples of a batch come to, put to what is there already. */
function merge(name: string, table: string, lengthMs: number): string {
  return `${name} AS (
    INSERT INTO signalbox_${table} AS t
      (series, at, count, numbers, sum, low, high, last, last_text, last_at)
    SELECT series, at - at % ${lengthMs} AS part, count(*), count(value), sum(value), min(value),
      max(value), (array_agg(value ORDER BY at DESC))[1], (array_agg(text ORDER BY at DESC))[1], max(at)
    FROM new GROUP BY series, part ORDER BY series, part
    ON CONFLICT (series, at) DO UPDATE SET
      count = t.count + excluded.count,
      numbers = t.numbers + excluded.numbers,
      sum = CASE WHEN excluded.numbers = 0 THEN t.sum ELSE coalesce(t.sum, 0) + excluded.sum END,
      low = least(t.low, excluded.low),
      high = greatest(t.high, excluded.high),
      last = CASE WHEN excluded.last_at > t.last_at THEN excluded.last ELSE t.last END,
      last_text = CASE WHEN excluded.last_at > t.last_at THEN excluded.last_text ELSE t.last_text END,
      last_at = greatest(t.last_at, excluded.last_at))`;
}

const appendSql = `
  WITH new AS (
    INSERT INTO signalbox_samples (series, at, value, text)
    SELECT * FROM unnest($1::int[], $2::bigint[], $3::float8[], $4::text[]) AS given (series, at, value, text)
    WHERE at >= $5 ORDER BY series, at
    ON CONFLICT DO NOTHING RETURNING series, at, value, text),
  ${merge('by_minute', 'minutes', minuteMs)},
  ${merge('by_hour', 'hours', hourMs)}
  SELECT count(*) AS stored FROM new`;

interface Rows {
  readonly series: number[];
  readonly at: number[];
  readonly value: (number | null)[];
  readonly text: (string | null)[];
}

/** Writes to the history of a server, beside other gateways that may do so at the same time. */
export class PostgresWriter {
  readonly #database: PostgresDatabase;
  #definitions: readonly SeriesDefinition[] = [];
  #ids: number[] = [];

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async append(
    batch: SampleBatch,
    definitions: readonly SeriesDefinition[],
  ): Promise<AppendResult> {
    return await this.#database.transaction(async (within) => {
      // Nobody removes values while these are written.
      const [horizon] = await within.query<{ at: number }>(
        "SELECT removed_before AS at FROM signalbox_horizons WHERE resolution = 'raw' FOR SHARE",
      );
      const fromMs = horizon?.at ?? 0;
      await this.#define(within, batch, definitions);
      let stored = 0;
      let tooLate = 0;
      for (let start = 0; start < batch.size; start += rowsAtOnceMost) {
        const { series, at, value, text } = this.#rows(batch, start);
        tooLate += at.filter((each) => each < fromMs).length;
        const [row] = await within.query<{ stored: number }>(appendSql, [
          series,
          at,
          value,
          text,
          fromMs,
        ] as never);
        stored += row?.stored ?? 0;
      }
      return { stored, tooLate, duplicates: batch.size - stored - tooLate };
    });
  }

  async retain(retention: Retention, nowMs: number): Promise<RetentionStep> {
    const keptMs = { raw: retention.rawMs, minute: retention.minuteMs, hour: retention.hourMs };
    return await this.#database.transaction(async (within) => {
      const horizons: Partial<Record<Resolution, number>> = {};
      let removed = 0;
      for (const resolution of resolutions) {
        const wanted = Math.max(0, partStart(nowMs - keptMs[resolution], hourMs));
        const rows = await within.query<{ at: number }>(
          `WITH moved AS (UPDATE signalbox_horizons SET removed_before = greatest(removed_before, $2)
             WHERE resolution = $1 RETURNING removed_before)
           SELECT removed_before AS at FROM moved`,
          [resolution, wanted],
        );
        horizons[resolution] = rows[0]?.at ?? wanted;
      }
      removed = await this.#remove(within, horizons);
      return { removed, isDone: removed < removedAtOnceMost, horizons };
    });
  }

  /** What was known of the server's numbers is asked again. */
  forget(): void {
    this.#definitions = [];
    this.#ids = [];
  }

  async #remove(within: ValueDatabase, horizons: Horizons): Promise<number> {
    let removed = 0;
    for (const resolution of resolutions) {
      const table = tableOf[resolution];
      const left = removedAtOnceMost - removed;
      if (left <= 0) break;
      removed += await within.delete(
        `DELETE FROM signalbox_${table} WHERE ctid = ANY (ARRAY(
           SELECT t.ctid FROM signalbox_series s CROSS JOIN LATERAL
             (SELECT ctid FROM signalbox_${table} WHERE series = s.id AND at < $1 LIMIT $2) t
           LIMIT $2))`,
        [horizons[resolution] ?? 0, left],
      );
    }
    return removed;
  }

  /** Numbers for those of the batch that have none, or are another kind of thing now. */
  async #define(
    within: ValueDatabase,
    batch: SampleBatch,
    definitions: readonly SeriesDefinition[],
  ): Promise<void> {
    const ids = [...this.#ids];
    const places = new Set(batch.columns.series.subarray(0, batch.size));
    for (const place of places) {
      const definition = definitions[place];
      if (definition === undefined || definition === this.#definitions[place]) continue;
      const { instrument, parameter, unit = null, kind } = definition;
      const [row] = await within.query<{ id: number }>(
        `WITH named AS (INSERT INTO signalbox_series (instrument, parameter, unit, kind)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (instrument, parameter) DO UPDATE SET unit = excluded.unit, kind = excluded.kind
           RETURNING id)
         SELECT id FROM named`,
        [instrument, parameter, unit, kind],
      );
      ids[place] = row?.id ?? 0;
    }
    this.#ids = ids;
    this.#definitions = [...definitions];
  }

  #rows({ columns, texts, size }: SampleBatch, start: number): Rows {
    const rows: Rows = { series: [], at: [], value: [], text: [] };
    for (let index = start; index < Math.min(size, start + rowsAtOnceMost); index += 1) {
      const number = columns.values[index] ?? Number.NaN;
      const isText = Number.isNaN(number);
      rows.series.push(this.#ids[columns.series[index] ?? 0] ?? 0);
      rows.at.push(columns.atMs[index] ?? 0);
      rows.value.push(isText ? null : number);
      // A server takes no zero character.
      rows.text.push(isText ? (texts.get(index) ?? '').replaceAll('\0', '\uFFFD') : null);
    }
    return rows;
  }
}
