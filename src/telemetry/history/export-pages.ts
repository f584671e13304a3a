import type { ExportPage, ExportQuery, SeriesName } from './history.ts';

/** So many rows are read at once: an export needs memory for two pages, however long it is. */
export const pageRowsMost = 10_000;

/** Goes through the rows of an export; the next page is read when it is asked for. */
export async function* exportPages(
  { series, fromMs, toMs, resolution }: ExportQuery,
  read: (
    series: SeriesName,
    query: Omit<ExportQuery, 'series'>,
    most: number,
  ) => Promise<ExportPage | undefined>,
): AsyncGenerator<ExportPage, void, undefined> {
  for (const name of series) {
    let nextMs = fromMs;
    while (nextMs < toMs) {
      const page = await read(name, { fromMs: nextMs, toMs, resolution }, pageRowsMost);
      if (page === undefined) break;
      yield page;
      const rows = page.atMs.length;
      if (rows < pageRowsMost) break;
      // Times are whole ms, and one series has one row for each.
      nextMs = (page.atMs[rows - 1] ?? toMs) + 1;
    }
  }
}
