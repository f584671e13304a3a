import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresDatabase, SqliteValueDatabase } from '../../../src/telemetry/index.ts';
import type { TransactionalDatabase } from '../../../src/telemetry/index.ts';
import { PostgresServer } from '../../support/postgres-server.ts';

interface Miner {
  readonly name: string;
  readonly shares: number;
}

const table = `CREATE TABLE miners (name text PRIMARY KEY, shares bigint NOT NULL CHECK (shares >= 0))`;
const folder = mkdtempSync(join(tmpdir(), 'signalbox-values-'));
let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
const kinds: readonly [string, () => Promise<TransactionalDatabase>][] = [
  [
    'SQLite',
    async () => {
      const path = join(folder, `${(count += 1)}.sqlite`);
      return new SqliteValueDatabase({ path, layout: { version: 1, tables: table } });
    },
  ],
  [
    'PostgreSQL',
    async () => {
      await server.ask('DROP TABLE IF EXISTS miners');
      await server.ask(table);
      return new PostgresDatabase({ url: server.url });
    },
  ],
];

describe.each(kinds)('what is done with %s', (_kind, open) => {
  const all = async (database: TransactionalDatabase): Promise<readonly Miner[]> =>
    await database.query<Miner>('SELECT name, shares FROM miners ORDER BY name');

  it('inserts, updates and deletes, and says how many rows that were', async () => {
    await using database = await open();
    const insert = 'INSERT INTO miners (name, shares) VALUES ($1, $2), ($3, $4)';
    expect(await database.insert(insert, ['a', 1, 'b', 2])).toBe(2);
    expect(await database.update('UPDATE miners SET shares = shares + $1', [10])).toBe(2);
    expect(await database.delete('DELETE FROM miners WHERE name = $1', ['b'])).toBe(1);
    expect(await all(database)).toEqual([{ name: 'a', shares: 11 }]);
  });

  it('does all of a batch or nothing, and says what was wrong', async () => {
    await using database = await open();
    const insert = (name: string, shares: number | null) => ({
      sql: 'INSERT INTO miners (name, shares) VALUES ($1, $2)',
      values: [name, shares],
    });
    expect(await database.batch([insert('a', 1), insert('b', 2)])).toEqual([1, 1]);
    for (const wrong of [insert('a', 3), insert('c', -1), insert('c', null)]) {
      await expect(database.batch([insert('d', 4), wrong])).rejects.toMatchObject({
        code: 'DATABASE_CONSTRAINT',
      });
    }
    await expect(
      database.batch([insert('d', 4), { sql: 'INSERT INTO nowhere VALUES (1)' }]),
    ).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
    expect((await all(database)).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(database.statistics()).toMatchObject({
      transactions: 5,
      rollbacks: 4,
      failuresByCode: { DATABASE_CONSTRAINT: 3, DATABASE_FAILED: 1 },
    });
  });

  it('takes a transaction back when its body throws, takes too long, or is taken back', async () => {
    await using database = await open();
    const insert = 'INSERT INTO miners (name, shares) VALUES ($1, 1)';
    const stop = new AbortController();
    const never = new Promise<never>(() => {});
    await expect(
      database.transaction(async (within) => {
        await within.insert(insert, ['a']);
        expect(await within.query('SELECT * FROM miners')).toHaveLength(1);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await expect(
      database.transaction(
        async (within) => {
          await within.insert(insert, ['b']);
          return await never;
        },
        { longestMs: 50 },
      ),
    ).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
    const taken = database.transaction(
      async (within) => {
        await within.insert(insert, ['c']);
        stop.abort();
        return await never;
      },
      { signal: stop.signal },
    );
    await expect(taken).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await all(database)).toEqual([]);
    const kept = await database.transaction(async (within) => {
      await within.insert(insert, ['d']);
      return within;
    });
    // After its end nothing can be added to it.
    await expect(kept.insert(insert, ['e'])).rejects.toMatchObject({ code: 'CLOSED' });
    expect(await all(database)).toEqual([{ name: 'd', shares: 1 }]);
  });

  it('loses nothing when many add to one value at once', async () => {
    await using database = await open();
    await database.insert("INSERT INTO miners (name, shares) VALUES ('a', 0)");
    const add = async (): Promise<void> => {
      await database.transaction(async (within) => {
        const [row] = await within.query<Miner>(
          _kind === 'SQLite'
            ? 'SELECT shares FROM miners'
            : 'SELECT shares FROM miners WHERE true FOR UPDATE',
        );
        await within.update('UPDATE miners SET shares = $1', [(row?.shares ?? 0) + 1]);
      });
    };
    await Promise.all(Array.from({ length: 100 }, add));
    expect((await all(database))[0]?.shares).toBe(100);
    const { waits, inUse, waiting, connections, connectionsMost } = database.statistics();
    expect(waits).toBeGreaterThan(0);
    expect([inUse, waiting]).toEqual([0, 0]);
    expect(connections).toBeLessThanOrEqual(connectionsMost);
  });

  it('bounds a wait, ends one that is taken back, and refuses the statement of another kind', async () => {
    await using database = await open();
    const free = Promise.withResolvers<void>();
    const most = database.statistics().connectionsMost;
    const holders = Array.from({ length: most }, async () => {
      await database.transaction(async () => await free.promise);
    });
    await expect.poll(() => database.statistics().inUse).toBe(most);
    await expect(database.query('SELECT 1', [], { waitMs: 20 })).rejects.toMatchObject({
      code: 'DATABASE_BUSY',
    });
    const stop = new AbortController();
    const waiting = database.query('SELECT 1', [], { signal: stop.signal });
    await expect.poll(() => database.statistics().waiting).toBe(1);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(database.statistics().waiting).toBe(0);
    free.resolve();
    await Promise.all(holders);
    await expect(database.insert('DELETE FROM miners')).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses what comes after its end', async () => {
    const database = await open();
    await database[Symbol.asyncDispose]();
    await expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a PostgreSQL server', () => {
  it('that goes away is told of, and used again when it is back', async () => {
    await using database = new PostgresDatabase({ url: server.url });
    await database.batch([{ sql: 'CREATE TABLE IF NOT EXISTS here (x int)' }]);
    const began = Promise.withResolvers<void>();
    const lost = database.transaction(async (within) => {
      await within.insert('INSERT INTO here VALUES (1)');
      began.resolve();
      await server.down();
      await within.insert('INSERT INTO here VALUES (2)');
    });
    await began.promise;
    await expect(lost).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    await expect(database.query('SELECT 1')).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
    });
    await server.up();
    expect(await database.query('SELECT * FROM here')).toEqual([]);
    expect(database.statistics().connects).toBeGreaterThan(1);
  });

  it('says what is wrong without its password', async () => {
    const wrong = new PostgresDatabase({ url: server.url.replace('never-seen', 'wrong-secret') });
    const error = await wrong.query('SELECT 1').catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    const text = JSON.stringify(error) + String((error as Error).stack) + wrong.address;
    expect(text).not.toMatch(/wrong-secret|p%40ss|p@ss/);
    expect(wrong.address).toBe(`postgresql://signalbox@127.0.0.1:${server.port}/postgres`);
    await wrong[Symbol.asyncDispose]();
  });

  it('that can only be read says so', async () => {
    await using database = new PostgresDatabase({ url: server.url });
    await database.batch([{ sql: 'CREATE TABLE IF NOT EXISTS here (x int)' }]);
    const write = database.batch([
      { sql: 'SET TRANSACTION READ ONLY' },
      { sql: 'INSERT INTO here VALUES (1)' },
    ]);
    await expect(write).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
  });
});
