import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../src/telemetry/index.ts';
import type { DatabaseLayout } from '../../../src/telemetry/index.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-database-'));
  path = join(folder, 'values.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const one: DatabaseLayout = {
  version: 1,
  tables: 'CREATE TABLE here (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT',
};
const three: DatabaseLayout = {
  version: 3,
  tables:
    'CREATE TABLE here (name TEXT PRIMARY KEY, value INTEGER NOT NULL, unit TEXT, other TEXT) STRICT',
  migrations: {
    1: 'ALTER TABLE here ADD COLUMN unit TEXT',
    2: "ALTER TABLE here ADD COLUMN other TEXT; UPDATE here SET other = 'none'",
  },
};

function filled(): void {
  using database = new Database(path, one);
  database.run('INSERT INTO here VALUES (?, ?)', 'a', 1);
}

describe('a database of an older layout', () => {
  it('is brought up to date step by step, with a copy of what it was', () => {
    filled();
    {
      using database = new Database(path, three);
      expect(database.all('SELECT * FROM here')).toEqual([
        { name: 'a', value: 1, unit: null, other: 'none' },
      ]);
    }
    using copy = new DatabaseSync(`${path}.layout-1`);
    expect(copy.prepare('SELECT * FROM here').all()).toEqual([{ name: 'a', value: 1 }]);
    expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    // Once is enough.
    using again = new Database(path, three);
    expect(again.get('SELECT count(*) AS count FROM here')).toEqual({ count: 1 });
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('stays as it was when a step fails, or there is none', () => {
    filled();
    const broken = {
      ...three,
      migrations: { ...three.migrations, 2: 'ALTER TABLE nowhere ADD x' },
    };
    expect(() => new Database(path, broken)).toThrow(/nowhere/);
    expect(() => new Database(path, { version: 2, tables: '' })).toThrow(/an older Signalbox/);
    using database = new Database(path, one);
    expect(database.all('SELECT * FROM here')).toEqual([{ name: 'a', value: 1 }]);
  });

  it('of a newer Signalbox is left alone', () => {
    new Database(path, three)[Symbol.dispose]();
    expect(() => new Database(path, one)).toThrow(/a newer Signalbox/);
    expect(existsSync(`${path}.layout-3`)).toBe(false);
  });
});

describe('what goes wrong with a file', () => {
  it('has a code that says what it is', () => {
    using database = new Database(path, one);
    database.run('INSERT INTO here VALUES (?, ?)', 'a', 1);
    const code = (action: () => unknown): unknown => {
      try {
        action();
        return 'nothing';
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    const insert = (...values: (string | number | null)[]) =>
      database.run('INSERT INTO here VALUES (?, ?)', ...values);
    expect(code(() => insert('a', 2))).toBe('DATABASE_CONSTRAINT');
    expect(code(() => insert('b', null))).toBe('DATABASE_CONSTRAINT');
    expect(code(() => insert('b', 'x'))).toBe('DATABASE_CONSTRAINT');
    expect(code(() => database.run('INSERT INTO nowhere VALUES (1)'))).toBe('DATABASE_FAILED');
    using reader = new Database(path, one, { isReadOnly: true });
    expect(code(() => reader.run('DELETE FROM here'))).toBe('DATABASE_READ_ONLY');
    // As SQLite says it of a disk that is full.
    database.get('PRAGMA max_page_count = 4');
    const fill = () =>
      database.transaction(() => {
        for (let each = 0; each < 5_000; each += 1) insert(`n${each}`, each);
      });
    expect(code(fill)).toBe('DATABASE_FULL');
    expect(database.all('SELECT * FROM here')).toEqual([{ name: 'a', value: 1 }]);
  });

  it('is told of as busy when another program keeps it', { timeout: 60_000 }, () => {
    using database = new Database(path, one);
    using other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => database.run("INSERT INTO here VALUES ('a', 1)")).toThrow(
      expect.objectContaining({ code: 'DATABASE_BUSY' }),
    );
    other.exec('ROLLBACK');
    expect(database.run("INSERT INTO here VALUES ('a', 1)").changes).toBe(1);
  });

  it('reads as of one moment, whatever is written meanwhile', () => {
    using database = new Database(path, one);
    using reader = new Database(path, one, { isReadOnly: true });
    const counted = (): unknown => reader.get('SELECT count(*) AS count FROM here');
    reader.snapshot(() => {
      expect(counted()).toEqual({ count: 0 });
      database.run("INSERT INTO here VALUES ('a', 1)");
      expect(counted()).toEqual({ count: 0 });
    });
    expect(counted()).toEqual({ count: 1 });
  });
});
