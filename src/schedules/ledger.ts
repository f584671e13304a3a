import type { SignalboxError } from '../kernel/index.ts';
import { Database, openOrSetAside } from '../telemetry/index.ts';
import type { DatabaseLayout } from '../telemetry/index.ts';
import type { Occurrence } from './occurrences.ts';
import type { RunCause, RunRecord, RunState, StepRecord } from './run-record.ts';

/** So many runs of one job are kept, and so many of all. */
export const runsKeptMost = { ofOneJob: 200, ofAll: 50_000 } as const;
/**
 * So many claims of one job are kept. A clock that is set back by more than they reach is taken for a
 * new time.
 */
export const claimsKeptMost = 10_000;
/** What a step came to is kept up to so many characters. */
export const resultCharactersMost = 1_000;
/** Old rows are removed with every so many new ones. */
const pruneEvery = 50;

const layout: DatabaseLayout = {
  version: 1,
  tables: `
    CREATE TABLE jobs (
      name TEXT PRIMARY KEY,
      definition TEXT NOT NULL,
      passed_ms INTEGER NOT NULL,
      spent_run INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE claims (
      job TEXT NOT NULL,
      slot TEXT NOT NULL,
      fold INTEGER NOT NULL,
      run INTEGER NOT NULL,
      PRIMARY KEY (job, slot, fold)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX claims_by_age ON claims (job, run);
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      job TEXT NOT NULL,
      kind TEXT NOT NULL,
      cause TEXT NOT NULL,
      state TEXT NOT NULL,
      slot TEXT,
      fold INTEGER,
      due_ms INTEGER NOT NULL,
      asker TEXT NOT NULL,
      delivery TEXT NOT NULL,
      plan TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      started_ms INTEGER,
      ended_ms INTEGER,
      reason TEXT,
      code TEXT
    ) STRICT;
    CREATE INDEX runs_by_job ON runs (job, id);
    CREATE INDEX open_runs ON runs (id) WHERE state IN ('claimed', 'running');
    CREATE TABLE steps (
      run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      what TEXT NOT NULL,
      state TEXT NOT NULL,
      started_ms INTEGER NOT NULL,
      ended_ms INTEGER,
      result TEXT,
      PRIMARY KEY (run, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE notes (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};

/** What is known of a job from before: how far its times have been dealt with. */
export interface JobMark {
  readonly name: string;
  /** That of the job when its times began to count. */
  readonly definition: string;
  /** All of its times up to here are dealt with, ms since 1970. */
  readonly passedMs: number;
  /** The run of a job that runs once; it is not to run again. */
  readonly spentRun?: number;
}

/** What a run is written down with. */
export interface NewRun {
  readonly job: string;
  readonly kind: 'alarm' | 'job';
  readonly cause: RunCause;
  readonly dueMs: number;
  readonly by: string;
  readonly delivery: 'at-most-once' | 'at-least-once';
  /** Tells whether the steps are the same after a crash. */
  readonly plan: string;
}

/** A run that the gateway's end cut short. */
export interface OpenRun extends RunRecord {
  readonly plan: string;
}

interface RunRow {
  readonly id: number;
  readonly job: string;
  readonly kind: 'alarm' | 'job';
  readonly cause: RunCause;
  readonly state: RunState;
  readonly slot: string | null;
  readonly fold: 0 | 1 | null;
  readonly due_ms: number;
  readonly asker: string;
  readonly delivery: 'at-most-once' | 'at-least-once';
  readonly plan: string;
  readonly attempts: number;
  readonly started_ms: number | null;
  readonly ended_ms: number | null;
  readonly reason: string | null;
  readonly code: string | null;
}

interface StepRow {
  readonly number: number;
  readonly what: string;
  readonly state: StepRecord['state'];
  readonly started_ms: number;
  readonly ended_ms: number | null;
  readonly result: string | null;
}

/**
 * What has been run, durably. An occurrence is claimed here before anything of it is done, and can be
 * claimed once, by whatever process.
 */
export class Ledger implements Disposable {
  readonly #database: Database;
  #written = 0;

  /** @throws STATE_UNREADABLE */
  constructor(path: string) {
    this.#database = new Database(path, layout);
  }

  /**
   * As the constructor, but a file that is damaged is set aside for a new one. Nothing runs twice for
   * it: without a mark, a job's times count from now on.
   * @param setAside told of a damaged file, and of its new name
   * @throws STATE_UNREADABLE for a file that cannot be opened, or is of a newer Signalbox
   */
  static open(
    path: string,
    nowMs: number,
    setAside: (error: SignalboxError, movedTo: string) => void,
  ): Ledger {
    return openOrSetAside(path, nowMs, () => new Ledger(path), setAside);
  }

  /** What is known of all jobs, by name. */
  marks(): Map<string, JobMark> {
    const rows = this.#database.all<{
      name: string;
      definition: string;
      passed_ms: number;
      spent_run: number | null;
    }>('SELECT * FROM jobs');
    return new Map(
      rows.map(({ name, definition, passed_ms: passedMs, spent_run: spentRun }) => [
        name,
        { name, definition, passedMs, ...(spentRun === null ? {} : { spentRun }) },
      ]),
    );
  }

  /** From here on the times of these jobs count; those of `gone` do not any more. */
  remember(marks: readonly JobMark[], gone: readonly string[]): void {
    if (marks.length === 0 && gone.length === 0) return;
    this.#database.transaction(() => {
      for (const { name, definition, passedMs, spentRun = null } of marks) {
        this.#database.run(
          'INSERT OR REPLACE INTO jobs (name, definition, passed_ms, spent_run) VALUES (?, ?, ?, ?)',
          name,
          definition,
          passedMs,
          spentRun,
        );
      }
      for (const name of gone) this.#database.run('DELETE FROM jobs WHERE name = ?', name);
    });
  }

  /**
   * Takes an occurrence: from now on nobody else can. In one transaction with how far the job's times
   * are dealt with.
   * @param runsOnce whether the job is spent by it
   * @returns the number of its run; undefined when somebody has taken it before
   */
  claim({ slot, fold, atMs }: Occurrence, run: NewRun, runsOnce: boolean): number | undefined {
    return this.#database.transaction(() => {
      const { changes } = this.#database.run(
        'INSERT INTO claims (job, slot, fold, run) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING',
        run.job,
        slot,
        fold,
      );
      if (changes === 0) return undefined;
      const id = this.#insert(run, 'claimed', { slot, fold });
      this.#database.run(
        'UPDATE claims SET run = ? WHERE job = ? AND slot = ? AND fold = ?',
        id,
        run.job,
        slot,
        fold,
      );
      this.#database.run(
        'UPDATE jobs SET passed_ms = ?, spent_run = ? WHERE name = ?',
        atMs,
        runsOnce ? id : null,
        run.job,
      );
      this.#prune(run.job);
      return id;
    });
  }

  /** Writes down a run that needs no claim: somebody asked for it. @returns its number */
  begin(run: NewRun): number {
    return this.#database.transaction(() => {
      const id = this.#insert(run, 'claimed', {});
      this.#prune(run.job);
      return id;
    });
  }

  /** Deals with a time without running anything, and says why. */
  pass(
    run: NewRun,
    { slot, fold, atMs }: Occurrence,
    why: {
      readonly state: 'missed' | 'skipped';
      readonly reason: string;
      readonly endedMs: number;
      /** Whether the job, which runs once, is not to run any more. */
      readonly isSpent: boolean;
    },
  ): number {
    const { state, reason, endedMs, isSpent } = why;
    return this.#database.transaction(() => {
      const id = this.#insert(run, state, { slot, fold });
      this.#database.run(
        'UPDATE runs SET reason = ?, ended_ms = ?, attempts = 0 WHERE id = ?',
        reason,
        endedMs,
        id,
      );
      this.#database.run(
        'UPDATE jobs SET passed_ms = ?, spent_run = ? WHERE name = ?',
        atMs,
        isSpent ? id : null,
        run.job,
      );
      this.#prune(run.job);
      return id;
    });
  }

  /** A run is begun, once more after a crash. @returns how often it was begun by now */
  started(id: number, nowMs: number): number {
    this.#database.run(
      `UPDATE runs SET state = 'running', attempts = attempts + 1, started_ms = coalesce(started_ms, ?)
       WHERE id = ?`,
      nowMs,
      id,
    );
    const row = this.#database.get<{ attempts: number }>(
      'SELECT attempts FROM runs WHERE id = ?',
      id,
    );
    return row?.attempts ?? 0;
  }

  ended(
    id: number,
    state: RunState,
    nowMs: number,
    why: { readonly reason?: string | undefined; readonly code?: string | undefined } = {},
  ): void {
    const { reason = null, code = null } = why;
    this.#database.run(
      'UPDATE runs SET state = ?, ended_ms = ?, reason = ?, code = ? WHERE id = ?',
      state,
      nowMs,
      reason?.slice(0, resultCharactersMost) ?? null,
      code,
      id,
    );
  }

  /** Writes down what became of a step. */
  addStep(run: number, step: StepRecord): void {
    const { number, what, state, startedMs, endedMs = null, result } = step;
    this.#database.run(
      `INSERT OR REPLACE INTO steps (run, number, what, state, started_ms, ended_ms, result)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM runs WHERE id = ?1)`,
      run,
      number,
      what.slice(0, resultCharactersMost),
      state,
      startedMs,
      endedMs,
      result?.slice(0, resultCharactersMost) ?? null,
    );
  }

  /** Runs that have neither ended nor been given up, the oldest first. */
  openRuns(): OpenRun[] {
    return this.#database
      .all<RunRow>("SELECT * FROM runs WHERE state IN ('claimed', 'running') ORDER BY id")
      .map((row) => ({ ...this.#record(row), plan: row.plan }));
  }

  run(id: number): RunRecord | undefined {
    const row = this.#database.get<RunRow>('SELECT * FROM runs WHERE id = ?', id);
    return row === undefined ? undefined : this.#record(row);
  }

  /** The newest runs, of one job or of all. */
  history(job: string | undefined, most: number): RunRecord[] {
    const rows =
      job === undefined
        ? this.#database.all<RunRow>('SELECT * FROM runs ORDER BY id DESC LIMIT ?', most)
        : this.#database.all<RunRow>(
            'SELECT * FROM runs WHERE job = ? ORDER BY id DESC LIMIT ?',
            job,
            most,
          );
    return rows.map((row) => this.#record(row));
  }

  /** The newest run of each job, by name. */
  lastRuns(): Map<string, RunRecord> {
    const rows = this.#database.all<RunRow>(
      'SELECT * FROM runs WHERE id IN (SELECT max(id) FROM runs GROUP BY job)',
    );
    return new Map(rows.map((row) => [row.job, this.#record(row)]));
  }

  /** Facts that outlive the gateway and are no runs: what is snoozed until when. Plain data. */
  note(name: string): unknown {
    const row = this.#database.get<{ value: string }>(
      'SELECT value FROM notes WHERE name = ?',
      name,
    );
    return row === undefined ? undefined : (JSON.parse(row.value) as unknown);
  }

  /** Those whose names begin so, by name. */
  notes(prefix: string): [name: string, value: unknown][] {
    return this.#database
      .all<{ name: string; value: string }>(
        'SELECT * FROM notes WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name',
        prefix,
      )
      .map(({ name, value }) => [name, JSON.parse(value) as unknown]);
  }

  /** @param value undefined removes it */
  setNote(name: string, value: unknown): void {
    if (value === undefined) this.#database.run('DELETE FROM notes WHERE name = ?', name);
    else {
      this.#database.run(
        'INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)',
        name,
        JSON.stringify(value),
      );
    }
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }

  #insert(
    { job, kind, cause, dueMs, by, delivery, plan }: NewRun,
    state: RunState,
    { slot = null, fold = null }: { slot?: string | null; fold?: number | null },
  ): number {
    return this.#database.run(
      `INSERT INTO runs (job, kind, cause, state, slot, fold, due_ms, asker, delivery, plan, attempts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
      job,
      kind,
      cause,
      state,
      slot,
      fold,
      dueMs,
      by,
      delivery,
      plan,
    ).lastId;
  }

  #record(row: RunRow): RunRecord {
    const steps = this.#database.all<StepRow>(
      'SELECT * FROM steps WHERE run = ? ORDER BY number',
      row.id,
    );
    return {
      id: row.id,
      job: row.job,
      kind: row.kind,
      cause: row.cause,
      state: row.state,
      dueMs: row.due_ms,
      by: row.asker,
      delivery: row.delivery,
      attempts: row.attempts,
      ...present({
        slot: row.slot,
        fold: row.fold,
        startedMs: row.started_ms,
        endedMs: row.ended_ms,
        reason: row.reason,
        code: row.code,
      }),
      steps: steps.map(({ number, what, state, started_ms: startedMs, ended_ms, result }) => ({
        number,
        what,
        state,
        startedMs,
        ...present({ endedMs: ended_ms, result }),
      })),
    };
  }

  /** What is older than is kept goes, but no run that is not over. */
  #prune(job: string): void {
    this.#written += 1;
    if (this.#written % pruneEvery !== 0) return;
    this.#database.run(
      `DELETE FROM claims WHERE job = ?1 AND run <=
         (SELECT run FROM claims WHERE job = ?1 ORDER BY run DESC LIMIT 1 OFFSET ?2)`,
      job,
      claimsKeptMost,
    );
    this.#database.run(
      `DELETE FROM runs WHERE job = ?1 AND state NOT IN ('claimed', 'running') AND id <=
         (SELECT id FROM runs WHERE job = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
      job,
      runsKeptMost.ofOneJob,
    );
    this.#database.run(
      `DELETE FROM runs WHERE state NOT IN ('claimed', 'running') AND id <=
         (SELECT max(id) FROM runs) - ?`,
      runsKeptMost.ofAll,
    );
  }
}

/** Without the columns that are empty. */
function present<Columns extends object>(
  columns: Columns,
): { [Name in keyof Columns]?: NonNullable<Columns[Name]> } {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null)) as {
    [Name in keyof Columns]?: NonNullable<Columns[Name]>;
  };
}
