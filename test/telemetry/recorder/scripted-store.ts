import type {
  AppendResult,
  ExportPage,
  HistoryStore,
  RecordedSample,
  RetentionStep,
  SampleBatch,
  SeriesHistory,
  SeriesInfo,
} from '../../../src/telemetry/index.ts';
import { SeriesBook } from '../../../src/telemetry/index.ts';

/** A store that writes when it is told to, and fails as it is told. */
export class ScriptedStore implements HistoryStore {
  readonly book: SeriesBook = new SeriesBook();
  /** What was written: `a.x@1=2`. */
  readonly written: string[][] = [];
  readonly pending: { answer: PromiseWithResolvers<AppendResult>; texts: string[] }[] = [];
  /** Thrown by each append until it is taken away. */
  failure: Error | undefined;
  /** Whether appends wait for {@link settle}. */
  isSlow = false;

  async append(batch: SampleBatch): Promise<AppendResult> {
    const texts = Array.from({ length: batch.size }, (_, index) => {
      const { instrument, parameter } = this.book.definitions[batch.columns.series[index] ?? 0] ?? {
        instrument: '?',
        parameter: '?',
      };
      const value = batch.texts.get(index) ?? batch.columns.values[index];
      return `${instrument}.${parameter}@${batch.columns.atMs[index]}=${value}`;
    });
    if (this.failure !== undefined) throw this.failure;
    if (this.isSlow) {
      const answer = Promise.withResolvers<AppendResult>();
      this.pending.push({ answer, texts });
      return await answer.promise;
    }
    this.written.push(texts);
    return { stored: texts.length, duplicates: 0, tooLate: 0 };
  }

  /** The oldest append that waits is done. */
  settle(): void {
    const next = this.pending.shift();
    if (next === undefined) return;
    this.written.push(next.texts);
    next.answer.resolve({ stored: next.texts.length, duplicates: 0, tooLate: 0 });
  }

  async retain(): Promise<RetentionStep> {
    return { removed: 0, isDone: true, horizons: {} };
  }

  async query(): Promise<readonly SeriesHistory[]> {
    return [];
  }

  async series(): Promise<readonly SeriesInfo[]> {
    return [];
  }

  async latestBefore(): Promise<RecordedSample | undefined> {
    return undefined;
  }

  async countRows(): Promise<number> {
    return 0;
  }

  async *pages(): AsyncGenerator<ExportPage, void, undefined> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
