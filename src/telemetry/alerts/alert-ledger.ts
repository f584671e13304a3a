import { Database } from '../database/database.ts';
import type { DatabaseLayout } from '../database/database.ts';
import { openOrSetAside } from '../database/set-aside.ts';
import type { SetAside } from '../database/set-aside.ts';
import type { AlertRecord, Baseline, Notice, Silence } from './alert-record.ts';

/** So many alerts that are over are kept. */
export const alertsKeptMost = 10_000;
/** Old ones are removed with every so many writes. */
const pruneEvery = 100;

const layout: DatabaseLayout = {
  version: 1,
  tables: `
    CREATE TABLE alerts (
      id INTEGER PRIMARY KEY,
      alert TEXT NOT NULL,
      subject TEXT NOT NULL,
      raised_ms INTEGER NOT NULL,
      is_over INTEGER NOT NULL,
      record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX open_alerts ON alerts (id) WHERE is_over = 0;
    CREATE INDEX alerts_by_rule ON alerts (alert, id);
    CREATE TABLE rules (
      name TEXT PRIMARY KEY,
      identity TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE baselines (
      alert TEXT NOT NULL,
      subject TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (alert, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE silences (
      id INTEGER PRIMARY KEY,
      record TEXT NOT NULL
    ) STRICT;
    CREATE TABLE notices (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      way TEXT NOT NULL,
      key TEXT NOT NULL,
      notice TEXT NOT NULL,
      UNIQUE (way, key)
    ) STRICT;
  `,
};

/** What was known when the gateway ended. */
export interface AlertMemory {
  readonly open: readonly AlertRecord[];
  /** When each rule was raised of each subject since some time, the oldest first. */
  readonly raises: readonly { alert: string; subject: string; raisedMs: number }[];
  readonly lastId: number;
  /** By rule: what its alerts and baselines are of. */
  readonly identities: ReadonlyMap<string, string>;
  readonly baselines: readonly Baseline[];
  readonly silences: readonly Silence[];
}

/** What becomes durable together. */
export interface AlertChanges {
  readonly alerts: readonly AlertRecord[];
  readonly baselines: readonly Baseline[];
  /** Those of subjects that are gone. */
  readonly droppedBaselines: readonly Omit<Baseline, 'value'>[];
  /** Those of a rule that is gone or another one. */
  readonly forgottenRules: readonly string[];
  readonly identities: readonly { readonly alert: string; readonly identity: string }[];
  readonly silences: readonly Silence[];
  readonly endedSilences: readonly number[];
  readonly notices: readonly Notice[];
}

/** Where alerts outlive the gateway. */
export interface AlertStore {
  /** @param raisedSinceMs raises are told from then on */
  load(raisedSinceMs: number): AlertMemory;
  /** All of it, or nothing. @throws when it cannot be written */
  write(changes: AlertChanges): void;
  /** The newest alerts, open or over. */
  history(wish: HistoryWish): AlertRecord[];
}

export interface HistoryWish {
  readonly limit: number;
  /** Of this rule only. */
  readonly alert?: string;
  /** Older than this one, for the next page. */
  readonly beforeId?: number;
}

/** Where what is to be told waits until it is. */
export interface NoticeStore {
  /** What has not been told yet, the oldest first. */
  notices(way: string): Notice[];
  /** It is told, or given up. */
  settle(way: string, key: string): void;
  /** Drops what waits for ways that are not among these. */
  keepWays(ways: readonly string[]): void;
}

/** Alerts, silences and what is still to be told, durably. */
export class AlertLedger implements AlertStore, NoticeStore, Disposable {
  readonly #database: Database;
  #written = 0;

  /** @throws STATE_UNREADABLE */
  constructor(path: string) {
    this.#database = new Database(path, layout);
  }

  /**
   * As the constructor, but a file that is damaged is set aside for a new one. What was raised in it is
   * told once more, for nothing is known of it any longer.
   * @param setAside told of a damaged file, and of its new name
   * @throws STATE_UNREADABLE for a file that cannot be opened, or is of a newer Signalbox
   */
  static open(path: string, nowMs: number, setAside: SetAside): AlertLedger {
    return openOrSetAside(path, nowMs, () => new AlertLedger(path), setAside);
  }

  load(raisedSinceMs: number): AlertMemory {
    const database = this.#database;
    const last = database.get<{ id: number | null }>('SELECT max(id) AS id FROM alerts');
    return {
      open: database
        .all<RecordRow>('SELECT record FROM alerts WHERE is_over = 0 ORDER BY id')
        .map(({ record }) => JSON.parse(record) as AlertRecord),
      raises: database.all(
        'SELECT alert, subject, raised_ms AS raisedMs FROM alerts WHERE raised_ms >= ? ORDER BY id',
        raisedSinceMs,
      ),
      lastId: last?.id ?? 0,
      identities: new Map(
        database
          .all<{ name: string; identity: string }>('SELECT * FROM rules')
          .map(({ name, identity }) => [name, identity]),
      ),
      baselines: database
        .all<{ alert: string; subject: string; value: string }>('SELECT * FROM baselines')
        .map((row) => ({ ...row, value: JSON.parse(row.value) as Baseline['value'] })),
      silences: database
        .all<RecordRow>('SELECT record FROM silences ORDER BY id')
        .map(({ record }) => JSON.parse(record) as Silence),
    };
  }

  write(changes: AlertChanges): void {
    const database = this.#database;
    database.transaction(() => {
      for (const alert of changes.forgottenRules) {
        database.run('DELETE FROM baselines WHERE alert = ?', alert);
        database.run('DELETE FROM rules WHERE name = ?', alert);
      }
      for (const { alert, identity } of changes.identities) {
        database.run(
          'INSERT OR REPLACE INTO rules (name, identity) VALUES (?, ?)',
          alert,
          identity,
        );
      }
      for (const record of changes.alerts) {
        database.run(
          `INSERT OR REPLACE INTO alerts (id, alert, subject, raised_ms, is_over, record)
           VALUES (?, ?, ?, ?, ?, ?)`,
          record.id,
          record.alert,
          record.subject,
          Math.round(record.raisedMs),
          record.end === undefined ? 0 : 1,
          JSON.stringify(record),
        );
      }
      for (const { alert, subject, value } of changes.baselines) {
        database.run(
          'INSERT OR REPLACE INTO baselines (alert, subject, value) VALUES (?, ?, ?)',
          alert,
          subject,
          JSON.stringify(value),
        );
      }
      for (const { alert, subject } of changes.droppedBaselines) {
        database.run('DELETE FROM baselines WHERE alert = ? AND subject = ?', alert, subject);
      }
      for (const silence of changes.silences) {
        database.run(
          'INSERT OR REPLACE INTO silences (id, record) VALUES (?, ?)',
          silence.id,
          JSON.stringify(silence),
        );
      }
      for (const id of changes.endedSilences) {
        database.run('DELETE FROM silences WHERE id = ?', id);
      }
      for (const notice of changes.notices) {
        database.run(
          'INSERT OR IGNORE INTO notices (way, key, notice) VALUES (?, ?, ?)',
          notice.way,
          notice.key,
          JSON.stringify(notice),
        );
      }
      this.#written += 1;
      if (this.#written % pruneEvery === 0) this.#prune();
    });
  }

  history({ limit, alert, beforeId = Number.MAX_SAFE_INTEGER }: HistoryWish): AlertRecord[] {
    const rows =
      alert === undefined
        ? this.#database.all<RecordRow>(
            'SELECT record FROM alerts WHERE id < ? ORDER BY id DESC LIMIT ?',
            beforeId,
            limit,
          )
        : this.#database.all<RecordRow>(
            'SELECT record FROM alerts WHERE alert = ? AND id < ? ORDER BY id DESC LIMIT ?',
            alert,
            beforeId,
            limit,
          );
    return rows.map(({ record }) => JSON.parse(record) as AlertRecord);
  }

  notices(way: string): Notice[] {
    return this.#database
      .all<{ notice: string }>('SELECT notice FROM notices WHERE way = ? ORDER BY number', way)
      .map(({ notice }) => JSON.parse(notice) as Notice);
  }

  settle(way: string, key: string): void {
    this.#database.run('DELETE FROM notices WHERE way = ? AND key = ?', way, key);
  }

  keepWays(ways: readonly string[]): void {
    this.#database.run(
      'DELETE FROM notices WHERE way NOT IN (SELECT value FROM json_each(?))',
      JSON.stringify(ways),
    );
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }

  /** Never the newest, whose number the next ones follow. */
  #prune(): void {
    this.#database.run(
      `DELETE FROM alerts WHERE is_over = 1 AND id <= (
         SELECT id FROM alerts WHERE is_over = 1 ORDER BY id DESC LIMIT 1 OFFSET ?
       )`,
      alertsKeptMost,
    );
  }
}

interface RecordRow {
  readonly record: string;
}
