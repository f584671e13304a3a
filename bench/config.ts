import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Conf from 'conf';
import { JSONFilePreset } from 'lowdb/node';
import { parse } from '@decimalturn/toml-patch';
import writeFileAtomic from 'write-file-atomic';
import { ConfigStore } from '../src/config/index.ts';
import { benchSchema, benchText } from './clients/config-text.ts';
import type { BenchConfig } from './clients/config-text.ts';
import {
  atMost,
  compareSides,
  figure,
  median,
  nanosecondsEach,
  noTarget,
  ratioAtLeast,
  ratioAtMost,
} from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const rounds = 12;
const commitsARound = 25;
const writersAtOnce = 50;
const processes = 2;
const commitsAProcess = 200;
const warmCommits = 100;
const processRounds = 3;
const reads = 1_000_000;
const program = new URL('clients/change-config.ts', import.meta.url);

/** The configuration store beside what else keeps settings in a file. */
const benchmark: Benchmark = {
  name: 'config',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using place = await temporaryFolder();
    return [
      ...(await commits(context, place.path)),
      await group(context, place.path),
      await together(context, place.path),
      await read(context, place.path),
    ];
  },
};

export default benchmark;

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  return {
    path,
    [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }),
  };
}

async function openStore(folder: string, name: string): Promise<ConfigStore<BenchConfig>> {
  const file = join(folder, name);
  await writeFile(file, benchText());
  return await ConfigStore.open(file, { schema: benchSchema, by: 'bench' });
}

/** The median of a round's commits, in ms. */
async function commitTime(commit: (value: number) => unknown): Promise<number> {
  const times: number[] = [];
  for (let done = 0; done < commitsARound; done += 1) {
    const startMs = performance.now();
    await commit((next += 1));
    times.push(performance.now() - startMs);
  }
  return median(times);
}

let next = 0;

async function commits(context: BenchContext, folder: string): Promise<readonly Figure[]> {
  await using store = await openStore(folder, 'commits.toml');
  const ours = async (): Promise<number> =>
    await commitTime(async (value) => await store.set('counter', value));
  const text = benchText();
  const config = parse(text) as BenchConfig;
  const rivalFile = join(folder, 'rival.toml');
  const conf = new Conf<BenchConfig>({ cwd: folder, configName: 'conf', defaults: config });
  const lowdb = await JSONFilePreset(join(folder, 'lowdb.json'), config);
  const rivals = [
    {
      name: 'write-file-atomic with fsync',
      target: ratioAtMost(1.3),
      commit: async (value: number) =>
        await writeFileAtomic(rivalFile, text.replace('counter = 0', `counter = ${value}`)),
    },
    { name: 'conf', target: noTarget, commit: (value: number) => conf.set('counter', value) },
    {
      name: 'lowdb',
      target: noTarget,
      commit: async (value: number) =>
        await lowdb.update((data) => {
          data.counter = value;
        }),
    },
  ];
  const figures: Figure[] = [];
  for (const { name, target, commit } of rivals) {
    context.progress(`commit of 10 kB beside ${name}`);
    const sides = await compareSides(
      { ours, rival: async () => await commitTime(commit) },
      { rounds, context },
    );
    figures.push(
      figure({ name: `commit of 10 kB, p50, beside ${name}`, ...sides, unit: 'ms', target }),
    );
  }
  return figures;
}

async function group(context: BenchContext, folder: string): Promise<Figure> {
  await using store = await openStore(folder, 'group.toml');
  context.progress('50 writers at once beside one after another');
  const rate = async (run: () => Promise<unknown>): Promise<number> => {
    const startMs = performance.now();
    await run();
    return (writersAtOnce / (performance.now() - startMs)) * 1_000;
  };
  const add = async (): Promise<unknown> =>
    await store.transaction((tx) => tx.set('counter', Number(tx.get('counter')) + 1));
  const sides = await compareSides(
    {
      ours: async () =>
        await rate(async () => await Promise.all(Array.from({ length: writersAtOnce }, add))),
      rival: async () =>
        await rate(async () => {
          for (let done = 0; done < writersAtOnce; done += 1) await add();
        }),
    },
    { rounds, context },
  );
  return figure({
    name: '50 writers at once, beside one after another',
    ...sides,
    unit: 'commits/s',
    target: ratioAtLeast(5),
  });
}

async function together(context: BenchContext, folder: string): Promise<Figure> {
  context.progress('two processes beside proper-lockfile');
  const rate = async (way: 'ours' | 'rival'): Promise<number> => {
    const file = join(folder, `${way}-together.toml`);
    await writeFile(file, benchText());
    const children = Array.from({ length: processes }, () =>
      fork(program, [way, file, String(commitsAProcess), String(warmCommits)]),
    );
    await Promise.all(children.map(async (child) => await once(child, 'message')));
    const startMs = performance.now();
    const ends = children.map(async (child) => await once(child, 'exit'));
    for (const child of children) child.send('go');
    await Promise.all(ends);
    const seconds = (performance.now() - startMs) / 1_000;
    const total = processes * (commitsAProcess + warmCommits);
    const { counter } = parse(await readFile(file, 'utf8')) as BenchConfig;
    if (counter !== total)
      throw new RangeError(`${way} lost ${total - counter} of ${total} commits`);
    return (processes * commitsAProcess) / seconds;
  };
  const sides = await compareSides(
    { ours: async () => await rate('ours'), rival: async () => await rate('rival') },
    { rounds: processRounds, context },
  );
  return figure({
    name: 'two processes, beside proper-lockfile with read-modify-write',
    ...sides,
    unit: 'commits/s',
    target: ratioAtLeast(2),
  });
}

async function read(context: BenchContext, folder: string): Promise<Figure> {
  await using store = await openStore(folder, 'read.toml');
  context.progress('read of a value');
  let found: unknown;
  const ours = await nanosecondsEach(reads, () => {
    for (let done = 0; done < reads; done += 1) found = store.get('ports.bus3.baudRate');
  });
  if (found !== 38_400) throw new RangeError(`read ${String(found)}`);
  return figure({ name: 'read of a value from a snapshot', ours, unit: 'ns', target: atMost(100) });
}
