import { api } from './api-calls.ts';
import type { ApiCalls } from './api-calls.ts';
import type { WaitOptions } from './client-options.ts';
import type {
  ExportDownload,
  ExportOptions,
  HistoryOptions,
  RecordedSeriesReport,
  SeriesHistoryReport,
} from './history-reports.ts';
import type { Transport } from './transport.ts';

/** What a gateway has recorded. All methods throw what those of SignalboxClient do. */
export class HistoryCalls {
  readonly #calls: ApiCalls;
  readonly #transport: Transport;

  constructor(calls: ApiCalls, transport: Transport) {
    this.#calls = calls;
    this.#transport = transport;
  }

  /** All that is recorded, by name. */
  async series(options: WaitOptions = {}): Promise<readonly RecordedSeriesReport[]> {
    type Answer = { series: RecordedSeriesReport[] };
    return (await this.#calls.get<Answer>(['history', 'series'], options)).series;
  }

  /** Values of some parameters, few enough for a plot. @param series `instrument.parameter` */
  async values(
    series: readonly string[],
    options: HistoryOptions = {},
  ): Promise<readonly SeriesHistoryReport[]> {
    const { fromMs: from, toMs: to, points } = options;
    type Answer = { series: SeriesHistoryReport[] };
    const query = { series: series.join(','), from, to, points };
    return (await this.#calls.get<Answer>(['history'], options, query)).series;
  }

  /** All values as a file, which comes as fast as it is read. @param series `instrument.parameter` */
  async export(series: readonly string[], options: ExportOptions = {}): Promise<ExportDownload> {
    const { fromMs: from, toMs: to, format, resolution, signal } = options;
    const query = { series: series.join(','), from, to, format, resolution };
    const call = { method: 'GET', path: api('history', 'export'), query, signal } as const;
    const { body, headers } = await this.#transport.download(call, signal);
    const expected = headers.get('signalbox-expected-bytes');
    return { body, expectedBytes: expected === null ? undefined : Number(expected) };
  }
}
