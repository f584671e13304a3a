import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigReplica } from '../../../../src/config/index.ts';
import { openCounting } from './counting.ts';
import type { Counting } from './counting.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  file = join(folder, 'counting.toml');
  await writeFile(file, 'counter = 0 # so often\n');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const program = (name: string): URL => new URL(name, import.meta.url);

test.each([
  [5, 5],
  [5, 25],
])(
  '%i threads with a store each lose none of %i increments',
  async (threads, times) => {
    const workers = Array.from(
      { length: threads },
      (_, index) =>
        new Worker(program('adder.ts'), { argv: [file, `thread${index}`, '1', String(times)] }),
    );
    const ends = await Promise.all(workers.map(async (worker) => await once(worker, 'exit')));
    expect(ends).toEqual(workers.map(() => [0]));
    await using store = await openCounting(file, 'test');
    expect(store.value.counter).toBe(threads * times);
    expect(await readFile(file, 'utf8')).toContain(`counter = ${threads * times} # so often\n`);
  },
  60_000,
);

test('a thread never reads less than what was acknowledged before', async () => {
  await using store = await openCounting(file, 'test');
  const last = 200;
  const acknowledged = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(program('replica-reader.ts'), {
    workerData: { shared: store.shared(), acknowledged, last },
  });
  await once(worker, 'message');
  const result = once(worker, 'message');
  for (let counter = 1; counter <= last; counter += 1) {
    await store.set('counter', counter);
    Atomics.store(acknowledged, 0, counter);
  }
  const [{ reads, stale }] = (await result) as [{ reads: number; stale: number }];
  expect(stale).toBe(0);
  expect(reads).toBeGreaterThan(last);
}, 60_000);

test('a replica gives the same snapshot until there is a newer one, whatever its length', async () => {
  await using store = await openCounting(file, 'test');
  const replica = new ConfigReplica<Counting>(store.shared());
  const { snapshot } = replica;
  expect(replica.snapshot).toBe(snapshot);
  expect(snapshot.value).toEqual(store.value);
  await store.transaction((tx) => {
    const settings = tx.load();
    for (let client = 0; client < 500; client += 1) settings.clients[`client-${client}`] = client;
    tx.save(settings);
  });
  expect(replica.snapshot.value).toEqual(store.value);
  expect(replica.get('clients.client-499')).toBe(499);
  expect(() => Object.assign(replica.snapshot.value, { counter: 1 })).toThrow(TypeError);
});
