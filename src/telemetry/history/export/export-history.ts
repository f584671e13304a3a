import type { ExportQuery, HistoryReader, WaitOptions } from '../history.ts';
import { arrowChunks } from './arrow-chunks.ts';
import { csvChunks } from './csv-chunks.ts';

export const exportFormats = ['csv', 'arrow'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A piece of an export. */
export interface ExportChunk {
  readonly bytes: Uint8Array;
  /** How many rows are in it. */
  readonly rows: number;
}

/** An export that goes on as fast as somebody takes it. */
export interface RunningExport {
  /** What it is to programs: `text/csv; charset=utf-8`. */
  readonly contentType: string;
  /** How many rows there are, about. */
  readonly rows: number;
  /** How long it will be, about; undefined when nobody knows. */
  readonly expectedBytes: number | undefined;
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
}

const contentTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  arrow: 'application/vnd.apache.arrow.stream',
};

/**
 * Begins an export: its first piece is made, the next ones when they are asked for. It needs memory for a
 * few pages of 10,000 rows, however long it is.
 * @throws as {@link HistoryReader.pages}
 */
export async function exportHistory(
  reader: HistoryReader,
  query: ExportQuery,
  format: ExportFormat,
  options: WaitOptions = {},
): Promise<RunningExport> {
  const rows = await reader.countRows(query, options);
  const pages = reader.pages(query, options);
  const chunks =
    format === 'csv'
      ? csvChunks(pages, query.resolution)
      : arrowChunks(pages, query, await reader.series(options));
  const first = await chunks.next();
  const piece = first.done === true ? undefined : first.value;
  return {
    contentType: contentTypes[format],
    rows,
    expectedBytes:
      piece === undefined || piece.rows === 0
        ? undefined
        : Math.round((piece.bytes.length / piece.rows) * Math.max(rows, piece.rows)),
    chunks: bytesOf(piece, chunks),
  };
}

async function* bytesOf(
  first: ExportChunk | undefined,
  rest: AsyncGenerator<ExportChunk, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (first !== undefined) yield first.bytes;
    for await (const { bytes } of rest) yield bytes;
  } finally {
    await rest.return();
  }
}
