import type { SampleBatch, SeriesBook } from './sample-batch.ts';

/** How densely values are kept, from the finest. */
export const resolutions = ['raw', 'minute', 'hour'] as const;
export type Resolution = (typeof resolutions)[number];

/** What a recorded value is. Bytes are not recorded. */
export type RecordedValue = number | boolean | string;
export type SeriesKind = 'number' | 'boolean' | 'text';

/** A recorded parameter. */
export interface SeriesName {
  readonly instrument: string;
  readonly parameter: string;
}

/** As it was when it was recorded last. */
export interface SeriesDefinition extends SeriesName {
  readonly unit?: string | undefined;
  readonly kind: SeriesKind;
}

export interface SeriesInfo extends SeriesDefinition {
  /** Of the oldest and newest that is kept, at whatever resolution, ms since 1970; absent when none is. */
  readonly firstMs?: number;
  readonly lastMs?: number;
}

export interface HistoryQuery {
  /** At most {@link seriesMost}. One that was never recorded has no points. */
  readonly series: readonly SeriesName[];
  /** From here on, ms since 1970. */
  readonly fromMs: number;
  /** Up to but without this, ms since 1970. */
  readonly toMs: number;
  /** So many points of each series at most, 1 to {@link pointsMost}: where there are more, they are put together. */
  readonly points: number;
}

/** So many series may be asked for at once. */
export const seriesMost = 100;
/** So many points of each may be asked for. */
export const pointsMost = 20_000;

/**
 * The points of one series, oldest first: all arrays are equally long. A point stands for one sample or
 * for several; of several it has the mean, the smallest, the greatest and the last one, so that no peak is
 * lost however far out somebody zooms. Texts have no mean, minimum and maximum.
 */
export interface SeriesHistory extends SeriesName {
  readonly unit?: string;
  /** What the points were made of. */
  readonly resolution: Resolution;
  /** How long the part of the time is that each point stands for; absent where each is one sample. */
  readonly partMs?: number;
  /** When each sample was taken; of several, where their part of the time begins. */
  readonly atMs: readonly number[];
  readonly mean: readonly (number | null)[];
  readonly minimum: readonly (number | null)[];
  readonly maximum: readonly (number | null)[];
  readonly last: readonly RecordedValue[];
  /** How many samples each point stands for. */
  readonly count: readonly number[];
}

/** One recorded value. */
export interface RecordedSample {
  readonly atMs: number;
  readonly value: RecordedValue;
}

/** What became of a batch. */
export interface AppendResult {
  /** Written for good. */
  readonly stored: number;
  /** There was one of the same series and ms already, which stays. */
  readonly duplicates: number;
  /** Older than what is kept at full resolution. */
  readonly tooLate: number;
}

/** How long values are kept at each resolution, in ms. Each at least as long as the one before. */
export interface Retention {
  readonly rawMs: number;
  readonly minuteMs: number;
  readonly hourMs: number;
}

/** What a step of {@link HistoryStore.retain} has done. */
export interface RetentionStep {
  readonly removed: number;
  /** Whether there is more to be removed now. */
  readonly isDone: boolean;
  /** Before then nothing is left, by resolution; absent before the first. */
  readonly horizons: Readonly<Partial<Record<Resolution, number>>>;
}

/** What an export goes through. */
export interface ExportQuery {
  readonly series: readonly SeriesName[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly resolution: Resolution;
}

/** Some rows of an export, of one series: arrays of equal length. */
export interface ExportPage extends SeriesDefinition {
  readonly atMs: Float64Array;
  readonly count: Float64Array;
  /** NaN where there is none, as of texts. */
  readonly mean: Float64Array;
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  /** NaN where it is a text. */
  readonly last: Float64Array;
  /** Where they are texts. */
  readonly texts: ReadonlyMap<number, string>;
}

export interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** Who wants to know what was. */
export interface HistoryReader {
  /**
   * @throws BAD_ARGUMENT for a query that makes no sense; CANCELLED; QUEUE_FULL with too many at once;
   *   DATABASE_… when it cannot be read
   */
  query(query: HistoryQuery, options?: WaitOptions): Promise<readonly SeriesHistory[]>;
  /** All that was ever recorded and is still kept, by name. */
  series(options?: WaitOptions): Promise<readonly SeriesInfo[]>;
  /** The newest sample before a time, at full resolution; undefined when there is none. */
  latestBefore(
    series: SeriesName,
    atMs: number,
    options?: WaitOptions,
  ): Promise<RecordedSample | undefined>;
  /** How many rows an export has, about. */
  countRows(query: ExportQuery, options?: WaitOptions): Promise<number>;
  /** All rows, series by series, oldest first, a page at a time: the next is read when it is asked for. */
  pages(query: ExportQuery, options?: WaitOptions): AsyncGenerator<ExportPage, void, undefined>;
}

/** Where samples are kept. */
export interface HistoryStore extends HistoryReader, AsyncDisposable {
  /** What batches name their series by. */
  readonly book: SeriesBook;
  /**
   * Writes all of a batch, or nothing. Resolves when it is there for good. The batch is not to be changed
   * until then; it is whole afterwards, also when it failed.
   * @throws DATABASE_…
   */
  append(batch: SampleBatch): Promise<AppendResult>;
  /** Removes some of what is older than it is to be kept. May be called as often as one likes. */
  retain(retention: Retention, nowMs: number): Promise<RetentionStep>;
}
