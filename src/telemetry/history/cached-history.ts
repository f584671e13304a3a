import { TtlCache } from '../../kernel/index.ts';
import type { CacheStatistics, Clock } from '../../kernel/index.ts';
import { checkQuery } from './check-query.ts';
import type {
  AppendResult,
  ExportPage,
  ExportQuery,
  HistoryQuery,
  HistoryStore,
  RecordedSample,
  Retention,
  RetentionStep,
  SeriesDefinition,
  SeriesHistory,
  SeriesInfo,
  SeriesName,
  WaitOptions,
} from './history.ts';
import { partStart, rowMs } from './resolution.ts';
import type { Horizons } from './resolution.ts';
import type { SampleBatch, SeriesBook } from './sample-batch.ts';

/** So many answers are kept; the one that was asked for longest ago goes first. */
export const cachedAnswersMost = 256;
/** A longer answer is not kept. */
export const cachedPointsMost = 2_000;

/** An answer that is kept, or being read. */
interface Answer {
  readonly key: string;
  readonly series: string;
  /** A write from here on, up to `toMs`, changes it. */
  fromMs: number;
  toMs: number;
}

/**
 * Keeps the answers to queries until something is written or removed that they would have: what was is
 * read once, however many pages show it. Everything has to be written through it.
 */
export class CachedHistory implements HistoryStore {
  readonly #store: HistoryStore;
  readonly #cache: TtlCache<string, SeriesHistory>;
  /** In the order in which they were asked for. */
  readonly #answers = new Map<string, Answer>();
  readonly #bySeries = new Map<string, Set<Answer>>();
  /** As the series were when they were written last. */
  readonly #definitions: SeriesDefinition[] = [];
  #horizons: Horizons = {};

  constructor(store: HistoryStore, options: { readonly clock?: Clock } = {}) {
    this.#store = store;
    this.#cache = new TtlCache({ ...options, entriesMost: cachedAnswersMost });
  }

  get book(): SeriesBook {
    return this.#store.book;
  }

  statistics(): CacheStatistics {
    return this.#cache.statistics();
  }

  /** Forgets all: another file is in place of the one that was. */
  clear(): void {
    this.#cache.clear();
    this.#answers.clear();
    this.#bySeries.clear();
  }

  async append(batch: SampleBatch): Promise<AppendResult> {
    const result = await this.#store.append(batch);
    this.#forgetWritten(batch);
    return result;
  }

  async retain(retention: Retention, nowMs: number): Promise<RetentionStep> {
    const step = await this.#store.retain(retention, nowMs);
    for (const [resolution, horizonMs] of Object.entries(step.horizons)) {
      const isSame = this.#horizons[resolution as keyof Horizons] === horizonMs;
      if (isSame && step.removed === 0) continue;
      for (const answer of this.#answers.values()) {
        if (answer.fromMs < horizonMs) this.#forget(answer);
      }
    }
    this.#horizons = step.horizons;
    return step;
  }

  async query(query: HistoryQuery, options: WaitOptions = {}): Promise<readonly SeriesHistory[]> {
    checkQuery(query);
    return await Promise.all(
      query.series.map(async (name) => await this.#queryOne({ ...query, series: [name] }, options)),
    );
  }

  async series(options?: WaitOptions): Promise<readonly SeriesInfo[]> {
    return await this.#store.series(options);
  }

  async latestBefore(
    series: SeriesName,
    atMs: number,
    options?: WaitOptions,
  ): Promise<RecordedSample | undefined> {
    return await this.#store.latestBefore(series, atMs, options);
  }

  async countRows(query: ExportQuery, options?: WaitOptions): Promise<number> {
    return await this.#store.countRows(query, options);
  }

  pages(query: ExportQuery, options?: WaitOptions): AsyncGenerator<ExportPage, void, undefined> {
    return this.#store.pages(query, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.clear();
    await this.#store[Symbol.asyncDispose]();
  }

  async #queryOne(query: HistoryQuery, options: WaitOptions): Promise<SeriesHistory> {
    const [name] = query.series;
    const { fromMs, toMs, points } = query;
    const series = `${name?.instrument}.${name?.parameter}`;
    const key = `${series} ${fromMs} ${toMs} ${points}`;
    // From before it is read: what is written meanwhile ends it.
    this.#remember({
      key,
      series,
      fromMs: partStart(fromMs, rowMs.hour),
      toMs: partStart(toMs, rowMs.hour) + rowMs.hour,
    });
    return await this.#cache.load(
      key,
      async (signal) => {
        const [found] = await this.#store.query(query, { signal });
        if (found === undefined) throw new RangeError('a store answers for each series');
        const answer = this.#answers.get(key);
        if (answer !== undefined) {
          const row = rowMs[found.resolution];
          answer.fromMs = partStart(fromMs, row);
          answer.toMs = partStart(toMs + row - 1, row);
          if (found.atMs.length > cachedPointsMost) this.#forget(answer);
        }
        return found;
      },
      options,
    );
  }

  /** It is the one that was asked for last now. */
  #remember(wanted: Answer): void {
    const answer = this.#answers.get(wanted.key) ?? wanted;
    this.#answers.delete(answer.key);
    this.#answers.set(answer.key, answer);
    let ofSeries = this.#bySeries.get(answer.series);
    if (ofSeries === undefined) this.#bySeries.set(answer.series, (ofSeries = new Set()));
    ofSeries.add(answer);
    for (const oldest of this.#answers.values()) {
      if (this.#answers.size <= cachedAnswersMost) break;
      this.#forget(oldest);
    }
  }

  #forget(answer: Answer): void {
    this.#cache.delete(answer.key);
    this.#answers.delete(answer.key);
    const ofSeries = this.#bySeries.get(answer.series);
    ofSeries?.delete(answer);
    if (ofSeries?.size === 0) this.#bySeries.delete(answer.series);
  }

  #forgetWritten({ columns, size }: SampleBatch): void {
    const { definitions } = this.book;
    /** By place; undefined until it is met. */
    const byPlace: (Set<Answer> | undefined | null)[] = [];
    for (let index = 0; index < size; index += 1) {
      const place = columns.series[index] ?? 0;
      let answers = byPlace[place];
      if (answers === undefined) {
        answers = this.#answersOf(place, definitions[place]) ?? null;
        byPlace[place] = answers;
      }
      if (answers === null) continue;
      const atMs = columns.atMs[index] ?? 0;
      for (const answer of answers) {
        if (atMs >= answer.fromMs && atMs < answer.toMs) this.#forget(answer);
      }
    }
  }

  #answersOf(place: number, definition: SeriesDefinition | undefined): Set<Answer> | undefined {
    if (definition === undefined) return undefined;
    const answers = this.#bySeries.get(`${definition.instrument}.${definition.parameter}`);
    // Its unit is another one now, in all that is known of it.
    if (this.#definitions[place] !== definition) {
      for (const answer of answers ?? []) this.#forget(answer);
    }
    this.#definitions[place] = definition;
    return answers;
  }
}
