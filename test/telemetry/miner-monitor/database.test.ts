// What the miner monitor's AtomicDatabaseOperations promise, and how its parts work together.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TtlCache } from '../../../src/kernel/index.ts';
import { ReadWriteLock } from '../../../src/locks/index.ts';
import { Hub, LatestValues, SqliteValueDatabase } from '../../../src/telemetry/index.ts';
import { MemoryClient } from '../hub/memory-client.ts';

const layout = {
  version: 1,
  tables: `CREATE TABLE miners (id TEXT PRIMARY KEY, hash_rate REAL NOT NULL, updates INTEGER NOT NULL DEFAULT 0);
           CREATE TABLE metrics (miner TEXT NOT NULL REFERENCES miners(id), at INTEGER NOT NULL, hash_rate REAL NOT NULL)`,
};
const insertMiner = 'INSERT INTO miners (id, hash_rate) VALUES ($1, $2)';
const insertMetric = 'INSERT INTO metrics (miner, at, hash_rate) VALUES ($1, $2, $3)';

let folder: string;
let database: SqliteValueDatabase;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-monitor-'));
  database = new SqliteValueDatabase({ path: join(folder, 'monitor.sqlite'), layout });
});

afterEach(async () => {
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function count(table: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(`SELECT count(*) AS count FROM ${table}`);
  return Number(row?.count);
}

describe('the database', () => {
  it('inserts, updates and deletes, and says how much', async () => {
    expect(await database.insert(insertMiner, ['bitaxe_1', 500])).toBe(1);
    expect(await database.update('UPDATE miners SET hash_rate = $1', [600])).toBe(1);
    expect(await database.query('SELECT id, hash_rate FROM miners')).toEqual([
      { id: 'bitaxe_1', hash_rate: 600 },
    ]);
    expect(await database.delete('DELETE FROM miners WHERE id = $1', ['bitaxe_2'])).toBe(0);
    expect(await database.delete('DELETE FROM miners')).toBe(1);
  });

  it('does all of a batch, or nothing', async () => {
    await database.batch([
      { sql: insertMiner, values: ['bitaxe_1', 1] },
      { sql: insertMetric, values: ['bitaxe_1', 1, 1] },
    ]);
    const failing = database.batch([
      { sql: insertMiner, values: ['bitaxe_2', 2] },
      { sql: insertMiner, values: ['bitaxe_1', 2] },
    ]);
    await expect(failing).rejects.toMatchObject({ code: 'DATABASE_CONSTRAINT' });
    expect([await count('miners'), await count('metrics')]).toEqual([1, 1]);
  });

  it('takes back all of a transaction that fails', async () => {
    const failing = database.transaction(async (within) => {
      await within.insert(insertMiner, ['bitaxe_1', 1]);
      await within.insert(insertMetric, ['bitaxe_1', 1, 1]);
      throw new TypeError('the pool is gone');
    });
    await expect(failing).rejects.toThrow('the pool is gone');
    expect([await count('miners'), await count('metrics')]).toEqual([0, 0]);
  });

  it('keeps transactions at the same time apart, and loses no update of any', async () => {
    await database.insert(insertMiner, ['bitaxe_1', 0]);
    await Promise.all(
      Array.from(
        { length: 50 },
        async () =>
          await database.transaction(async (within) => {
            const [row] = await within.query<{ updates: number }>('SELECT updates FROM miners');
            await new Promise((resolve) => setImmediate(resolve));
            await within.update('UPDATE miners SET updates = $1', [Number(row?.updates) + 1]);
          }),
      ),
    );
    expect(await database.query('SELECT updates FROM miners')).toEqual([{ updates: 50 }]);
  });
});

describe('the parts together', () => {
  const ids = Array.from({ length: 10 }, (_, index) => `bitaxe_${index}`);

  it('keep the values of many miners whole while they are polled and read at once', async () => {
    const data = new LatestValues();
    const torn: string[] = [];
    const poll = async (id: string): Promise<void> => {
      for (let turn = 0; turn < 50; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        data.update(id, { first: { value: turn }, second: { value: turn } });
      }
    };
    const look = async (): Promise<void> => {
      for (let turn = 0; turn < 200; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const { instrument, values } of data.all()) {
          if (values['first']?.value !== values['second']?.value) torn.push(instrument);
        }
      }
    };
    await Promise.all([...ids.map(poll), look(), look()]);
    expect(torn).toEqual([]);
    expect(data.size).toBe(10);
  });

  it('add and remove miners while others are updated, and end with those that are left', async () => {
    const data = new LatestValues();
    await Promise.all(
      ids.map(async (id, index) => {
        for (let turn = 0; turn < 20; turn += 1) {
          data.set(id, { turn: { value: turn } });
          await new Promise((resolve) => setImmediate(resolve));
          if (index % 2 === 0) data.remove(id);
        }
      }),
    );
    expect(
      data
        .all()
        .map(({ instrument }) => instrument)
        .toSorted(),
    ).toEqual(ids.filter((_, index) => index % 2 === 1));
  });

  it('bring each change to each connection once, in order, while connections come and go', async () => {
    const hub = new Hub({ epoch: 'test' });
    const topic = hub.topic('miners', { kind: 'events' });
    const staying = Array.from({ length: 20 }, () => new MemoryClient(hub));
    for (const { client } of staying) client.subscribe(['miners']);
    for (let turn = 0; turn < 100; turn += 1) {
      const passing = new MemoryClient(hub);
      passing.client.subscribe(['miners']);
      topic.publish({ turn });
      if (turn % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
      passing.client[Symbol.dispose]();
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(hub.clientCount).toBe(20);
    for (const { lines } of staying) {
      expect(lines.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 100 }, (_, index) => index + 1),
      );
    }
  });

  it('change subscriptions under load, and lose no connection', async () => {
    const hub = new Hub({ epoch: 'test' });
    const topics = ['miners', 'alerts', 'system'].map((name) =>
      hub.topic(name, { kind: 'events' }),
    );
    const clients = Array.from({ length: 30 }, () => new MemoryClient(hub));
    await Promise.all(
      clients.map(async ({ client }, index) => {
        for (let turn = 0; turn < 30; turn += 1) {
          client.subscribe([topics[(turn + index) % 3]?.name ?? '']);
          topics[turn % 3]?.publish({ turn });
          await new Promise((resolve) => setImmediate(resolve));
          client.unsubscribe([topics[(turn + index + 1) % 3]?.name ?? '']);
        }
      }),
    );
    expect(hub.clientCount).toBe(30);
    expect(clients.every(({ cut }) => cut.length === 0)).toBe(true);
  });

  it('write the metrics of all miners at once, whole', async () => {
    await Promise.all(
      ids.map(
        async (id) =>
          await database.transaction(async (within) => {
            await within.insert(insertMiner, [id, 1]);
            for (let at = 0; at < 20; at += 1) await within.insert(insertMetric, [id, at, at]);
          }),
      ),
    );
    expect([await count('miners'), await count('metrics')]).toEqual([10, 200]);
  });

  it('take back what failed of many writers, and nothing of the others', async () => {
    const done = await Promise.allSettled(
      ids.map(
        async (id, index) =>
          await database.transaction(async (within) => {
            await within.insert(insertMiner, [id, 1]);
            if (index % 2 === 0) throw new TypeError('lost');
            await within.insert(insertMetric, [id, 1, 1]);
          }),
      ),
    );
    expect(done.filter(({ status }) => status === 'rejected')).toHaveLength(5);
    expect([await count('miners'), await count('metrics')]).toEqual([5, 5]);
  });

  it('load a query once for all who ask for it, and anew when a write has changed it', async () => {
    const cache = new TtlCache<string, readonly object[]>({ ttlMs: 60_000 });
    const sql = 'SELECT id FROM miners ORDER BY id';
    const query = async (): Promise<readonly object[]> =>
      await cache.load(sql, async () => await database.query<object>(sql));
    await Promise.all(Array.from({ length: 50 }, query));
    expect(cache.statistics().loads).toBe(1);
    await database.insert(insertMiner, ['bitaxe_1', 1]);
    cache.delete(sql);
    expect(await query()).toEqual([{ id: 'bitaxe_1' }]);
  });

  it('stay consistent when readers and writers of all of them meet', async () => {
    const lock = new ReadWriteLock({ name: 'miners' });
    const data = new LatestValues();
    const wrong: string[] = [];
    const write = async (id: string): Promise<void> => {
      for (let turn = 1; turn <= 10; turn += 1) {
        await lock.write(async () => {
          await database.batch([
            {
              sql: 'INSERT INTO miners (id, hash_rate) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET hash_rate = $2',
              values: [id, turn],
            },
          ]);
          data.update(id, { hashRate: { value: turn } });
        });
      }
    };
    const check = async (): Promise<void> => {
      for (let turn = 0; turn < 30; turn += 1) {
        await lock.read(async () => {
          const rows = await database.query<{ id: string; hash_rate: number }>(
            'SELECT * FROM miners',
          );
          for (const { id, hash_rate: hashRate } of rows) {
            if (data.get(id)?.values['hashRate']?.value !== hashRate) wrong.push(id);
          }
        });
      }
    };
    await Promise.all([...ids.map(write), check(), check()]);
    expect(wrong).toEqual([]);
    expect(await count('miners')).toBe(10);
  });
});
