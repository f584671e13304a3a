import type { DatabaseLayout } from '../database/database.ts';

function summaries(table: string): string {
  return `
    CREATE TABLE ${table} (
      series integer NOT NULL,
      at bigint NOT NULL,
      count bigint NOT NULL,
      numbers bigint NOT NULL,
      sum double precision,
      low double precision,
      high double precision,
      last double precision,
      last_text text,
      last_at bigint NOT NULL,
      PRIMARY KEY (series, at)
    );`;
}

/** As in a file, under names of its own: others may keep tables in the same database. */
export const postgresHistoryLayout: DatabaseLayout = {
  version: 1,
  tables: `
    CREATE TABLE signalbox_series (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      instrument text NOT NULL,
      parameter text NOT NULL,
      unit text,
      kind text NOT NULL,
      UNIQUE (instrument, parameter)
    );
    CREATE TABLE signalbox_samples (
      series integer NOT NULL,
      at bigint NOT NULL,
      value double precision,
      text text,
      PRIMARY KEY (series, at)
    );
    ${summaries('signalbox_minutes')}
    ${summaries('signalbox_hours')}
    CREATE TABLE signalbox_horizons (
      resolution text PRIMARY KEY,
      removed_before bigint NOT NULL
    );
    INSERT INTO signalbox_horizons VALUES ('raw', 0), ('minute', 0), ('hour', 0);
  `,
};
