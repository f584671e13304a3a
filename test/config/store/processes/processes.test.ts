import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { count } from '../../../support/count.ts';
import { recordProof } from '../../../support/proof.ts';
import { randomFrom } from '../../../support/random.ts';
import { runNode } from '../../../support/run-node.ts';
import { openCounting } from './counting.ts';

const start = '# counted together\ncounter = 0 # so often\n';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-store-'));
  file = join(folder, 'counting.toml');
  await writeFile(file, start);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const program = (name: string): string => join(import.meta.dirname, name);

test('50 clients in 4 processes lose no increment', async () => {
  const times = count(200);
  const clients = [13, 13, 12, 12];
  const ends = await Promise.all(
    clients.map(
      async (number, index) =>
        await runNode(program('adder.ts'), {}, [
          file,
          `process${index}`,
          String(number),
          String(times),
        ]),
    ),
  );
  for (const { code, output } of ends) expect(code, output).toBe(0);
  await using store = await openCounting(file, 'test');
  expect(store.value.counter).toBe(50 * times);
  expect(Object.values(store.value.clients)).toEqual(Array.from({ length: 50 }, () => times));
  expect(await readFile(file, 'utf8')).toMatch(/^# counted together\ncounter = \d+ # so often\n/);
  const revisions = (await store.history({ limit: 20_000 })).map(({ revision }) => revision);
  expect(new Set(revisions).size).toBe(50 * times + 1);
  recordProof({
    promise: 'Changes of the configuration by several processes lose none of each other',
    test: '50 clients in 4 processes',
    count: 50 * times,
    planted: 0,
    caught: 0,
  });
}, 300_000);

test('a process that is killed loses nothing that it acknowledged', async () => {
  const random = randomFrom(9);
  const kills = count(1_000);
  let revision = 0;
  let acknowledged = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const child = spawn(process.execPath, [program('committer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    await once(child.stdout, 'data');
    await sleep(random() * 30);
    child.kill('SIGKILL');
    await once(child, 'close');
    const last = output.split('\n').slice(0, -1).at(-1)?.split(' ').map(Number) ?? [];
    revision = Math.max(revision, last[0] ?? 0);
    acknowledged = Math.max(acknowledged, last[1] ?? 0);
    // Reads what is there, as the next process does; what is no TOML or no number fails here.
    const text = await readFile(file, 'utf8');
    const found = Number(/^# counted together\ncounter = (\d+) # so often\n$/.exec(text)?.[1]);
    expect(found, `kill ${kill}: ${text}`).toBeGreaterThanOrEqual(acknowledged);
    expect(found).toBeLessThanOrEqual(acknowledged + 1);
  }
  await using store = await openCounting(file, 'test');
  expect(store.value.counter).toBeGreaterThanOrEqual(acknowledged);
  expect(store.revision).toBeGreaterThanOrEqual(revision);
  expect(store.notices.filter(({ kind }) => kind === 'restored')).toEqual([]);
  recordProof({
    promise: 'No acknowledged change of the configuration is lost, whatever crashes',
    test: 'kill -9 of a process that commits',
    count: kills,
    planted: 0,
    caught: 0,
  });
}, 1_200_000);
