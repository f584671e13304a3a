import type { DatabaseLayout } from '../database/database.ts';

/** A table of what is put together: one row for each series and part of the time that has a sample. */
function summaries(table: string): string {
  return `
    CREATE TABLE ${table} (
      series INTEGER NOT NULL,
      at INTEGER NOT NULL,
      count INTEGER NOT NULL,
      numbers INTEGER NOT NULL,
      sum REAL,
      low REAL,
      high REAL,
      last REAL,
      last_text TEXT,
      last_at INTEGER NOT NULL,
      PRIMARY KEY (series, at)
    ) STRICT, WITHOUT ROWID;`;
}

/**
 * Samples lie in the order of their series and time, so that a stretch of one series is read from few
 * pages, and a sample that comes again finds the one that is there.
 */
export const historyLayout: DatabaseLayout = {
  version: 1,
  tables: `
    CREATE TABLE series (
      id INTEGER PRIMARY KEY,
      instrument TEXT NOT NULL,
      parameter TEXT NOT NULL,
      unit TEXT,
      kind TEXT NOT NULL,
      UNIQUE (instrument, parameter)
    ) STRICT;
    CREATE TABLE samples (
      series INTEGER NOT NULL,
      at INTEGER NOT NULL,
      value REAL,
      text TEXT,
      PRIMARY KEY (series, at)
    ) STRICT, WITHOUT ROWID;
    ${summaries('minutes')}
    ${summaries('hours')}
    CREATE TABLE horizons (
      resolution TEXT PRIMARY KEY,
      removed_before INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
