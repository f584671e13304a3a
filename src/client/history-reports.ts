import type { WaitOptions } from './client-options.ts';

/** A parameter that is recorded. */
export interface RecordedSeriesReport {
  readonly instrument: string;
  readonly parameter: string;
  readonly unit?: string;
  readonly kind: 'number' | 'boolean' | 'text';
  /** Of the oldest and newest value that is kept, ms since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Recorded values of one parameter: columns of the same length, oldest first. */
export interface SeriesHistoryReport {
  readonly instrument: string;
  readonly parameter: string;
  readonly unit?: string;
  /** What the points were made of: samples, or what they came to by minute or hour. */
  readonly resolution: 'raw' | 'minute' | 'hour';
  /** How long the part of the time is that each point stands for; absent where each is one sample. */
  readonly partMs?: number;
  /** When a sample was taken; of several, where their part of the time begins. ms since 1970. */
  readonly atMs: readonly number[];
  readonly mean: readonly (number | null)[];
  readonly minimum: readonly (number | null)[];
  readonly maximum: readonly (number | null)[];
  readonly last: readonly (number | boolean | string)[];
  /** How many samples each point stands for. */
  readonly count: readonly number[];
}

export interface HistoryOptions extends WaitOptions {
  /** ms since 1970. @default an hour before `toMs` */
  readonly fromMs?: number;
  /** Up to but without this. @default now */
  readonly toMs?: number;
  /** So many of each at most. @default 1_000 */
  readonly points?: number;
}

export interface ExportOptions extends WaitOptions {
  /** ms since 1970. @default what is oldest */
  readonly fromMs?: number;
  /** @default now */
  readonly toMs?: number;
  /** @default 'csv' */
  readonly format?: 'csv' | 'arrow';
  /** @default 'raw' */
  readonly resolution?: 'raw' | 'minute' | 'hour';
}

/** An export, as it comes. */
export interface ExportDownload {
  readonly body: ReadableStream<Uint8Array>;
  /** How long it will be, about; undefined when nobody knows. */
  readonly expectedBytes: number | undefined;
}
