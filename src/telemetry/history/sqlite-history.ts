import type { SetAside } from '../database/set-aside.ts';
import { checkQuery } from './check-query.ts';
import { exportPages } from './export-pages.ts';
import { HistoryCaller } from './history-caller.ts';
import type {
  AppendResult,
  ExportPage,
  ExportQuery,
  HistoryQuery,
  HistoryStore,
  RecordedSample,
  Retention,
  RetentionStep,
  SeriesHistory,
  SeriesInfo,
  SeriesName,
  WaitOptions,
} from './history.ts';
import { SeriesBook } from './sample-batch.ts';
import type { SampleBatch } from './sample-batch.ts';

export interface SqliteHistoryOptions {
  /** Of the file, made when it is not there. */
  readonly path: string;
  /** Told of a damaged file, and of its new name: a new one was begun. */
  readonly setAside?: SetAside;
}

/**
 * History in a file. One thread writes to it, another one, started by the first query, reads it: neither
 * waits for the other, and the event loop for none.
 */
export class SqliteHistory implements HistoryStore {
  readonly book: SeriesBook = new SeriesBook();
  readonly #writer: HistoryCaller;
  readonly #reader: HistoryCaller;
  #opened: Promise<unknown> | undefined;
  /** What the writer knows of the book: its revision, by the start of the thread. */
  #told = '';

  constructor(options: SqliteHistoryOptions) {
    const { path, setAside = () => {} } = options;
    this.#writer = new HistoryCaller({ role: 'writer', path }, (error, movedTo) => {
      this.#reader.reopen();
      setAside(error, movedTo);
    });
    this.#reader = new HistoryCaller({ role: 'reader', path }, setAside);
  }

  /** Makes the file if there is none. @throws STATE_UNREADABLE, DATABASE_… */
  async open(): Promise<void> {
    await this.#writer.call({ kind: 'open' });
  }

  async append(batch: SampleBatch): Promise<AppendResult> {
    const { size, columns, texts } = batch;
    // A copy goes to the thread: what is here survives the thread.
    const copy = {
      size,
      series: columns.series.slice(0, size),
      atMs: columns.atMs.slice(0, size),
      values: columns.values.slice(0, size),
      texts,
    };
    this.#writer.start();
    const known = `${this.#writer.starts}.${this.book.revision}`;
    const isKnown = known === this.#told;
    this.#told = known;
    return (await this.#writer.call(
      {
        kind: 'append',
        batch: copy,
        ...(isKnown ? {} : { definitions: this.book.definitions }),
      },
      { transfer: [copy.series.buffer, copy.atMs.buffer, copy.values.buffer] },
    )) as AppendResult;
  }

  async retain(retention: Retention, nowMs: number): Promise<RetentionStep> {
    return (await this.#writer.call({ kind: 'retain', retention, nowMs })) as RetentionStep;
  }

  async query(query: HistoryQuery, options: WaitOptions = {}): Promise<readonly SeriesHistory[]> {
    checkQuery(query);
    await this.#ready();
    return (await this.#reader.call({ kind: 'query', query }, options)) as SeriesHistory[];
  }

  async series(options: WaitOptions = {}): Promise<readonly SeriesInfo[]> {
    await this.#ready();
    return (await this.#reader.call({ kind: 'series' }, options)) as SeriesInfo[];
  }

  async latestBefore(
    series: SeriesName,
    atMs: number,
    options: WaitOptions = {},
  ): Promise<RecordedSample | undefined> {
    await this.#ready();
    const command = { kind: 'latest', series, atMs } as const;
    return (await this.#reader.call(command, options)) as RecordedSample | undefined;
  }

  async countRows(query: ExportQuery, options: WaitOptions = {}): Promise<number> {
    await this.#ready();
    return (await this.#reader.call({ kind: 'count', query }, options)) as number;
  }

  async *pages(
    query: ExportQuery,
    options: WaitOptions = {},
  ): AsyncGenerator<ExportPage, void, undefined> {
    await this.#ready();
    yield* exportPages(query, async (series, rest, most) => {
      const command = { kind: 'page', series, query: rest, most } as const;
      return (await this.#reader.call(command, options)) as ExportPage | undefined;
    });
  }

  /** Ends the thread that writes, as a crash does: the next one is started by the next write. */
  async endThread(): Promise<void> {
    await this.#writer.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#reader.close(), this.#writer.close()]);
  }

  /** The reader makes no file: the writer has to have been there. */
  async #ready(): Promise<void> {
    this.#opened ??= this.open();
    try {
      await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}
