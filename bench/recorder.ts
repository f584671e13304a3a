import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { LatestValues, Recorder, SampleBatch, SqliteHistory } from '../src/telemetry/index.ts';
import { atLeast, compareSides, figure, median, noTarget, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const instruments = 100;
const parameters = 10;
const series = instruments * parameters;
/** Values that come each second, for so long. */
const offered = 330_000;
const sustainedMs = 6_000;
/** They come in so many turns a second, as polls do. */
const turns = 100;
const rounds = 3;
const queryRounds = 9;
const start = Date.parse('2026-11-01T00:00:00Z');
const monthS = 30 * 86_400;
const zoomed = 1_000_000;
const zoomedEveryMs = 50;
const rivalBatch = 1_000;
const samplesTable =
  'CREATE TABLE samples (series INTEGER NOT NULL, at INTEGER NOT NULL, value REAL, PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID';

/** The recorder beside a program that writes to SQLite in its own loop, 1,000 rows a transaction. */
const benchmark: Benchmark = {
  name: 'recorder',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
    try {
      return [...(await sustained(context, folder)), ...(await queries(context, folder))];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default benchmark;

interface Run {
  /** Written for good, each second. */
  readonly rate: number;
  readonly delayP99Ms: number;
  readonly bytesEach: number;
}

async function sustained(context: BenchContext, folder: string): Promise<readonly Figure[]> {
  const runs: Record<'ours' | 'rival', Run[]> = { ours: [], rival: [] };
  for (let round = 0; round < rounds && !context.signal.aborted; round += 1) {
    context.progress(`recording ${offered} values/s, round ${round + 1} of ${rounds}`);
    runs.ours.push(await recordOurs(join(folder, `ours-${round}.sqlite`)));
    runs.rival.push(await recordPlainly(join(folder, `rival-${round}.sqlite`)));
  }
  const middle = (side: 'ours' | 'rival', of: keyof Run): number =>
    median(runs[side].map((run) => run[of]));
  return [
    figure({
      name: `values written for good, of ${offered} a second that come (synchronous = FULL)`,
      ours: middle('ours', 'rate'),
      rival: middle('rival', 'rate'),
      unit: 'values/s',
      target: atLeast(300_000),
    }),
    figure({
      name: 'delay of the event loop meanwhile, p99',
      ours: middle('ours', 'delayP99Ms'),
      rival: middle('rival', 'delayP99Ms'),
      unit: 'ms',
      target: ratioAtMost(0.5),
    }),
    figure({
      name: 'bytes a value, by minute and hour besides (the rival: values only)',
      ours: middle('ours', 'bytesEach'),
      rival: middle('rival', 'bytesEach'),
      unit: 'B',
      target: noTarget,
    }),
  ];
}

/** Gives values out in their turns until the time is over. @returns how many, and the delay meanwhile */
async function offer(
  give: (turn: number, count: number) => void,
): Promise<{ given: number; delayP99Ms: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const from = performance.now();
  let given = 0;
  for (let turn = 0; performance.now() - from < sustainedMs; turn += 1) {
    // What is late comes together, as it does with polls.
    const due = Math.floor(((performance.now() - from) / 1_000) * offered);
    const count = Math.min(due - given, (offered / turns) * 10);
    give(turn, count);
    given += count;
    await pause(1_000 / turns);
  }
  delay.disable();
  return { given, delayP99Ms: delay.percentile(99) / 1e6 };
}

async function recordOurs(path: string): Promise<Run> {
  const store = new SqliteHistory({ path });
  await store.open();
  const latest = new LatestValues();
  const recorder = new Recorder({ store, batchMs: 250 });
  recorder.follow(latest);
  const names = Array.from({ length: parameters }, (_, each) => `p${each}`);
  const from = performance.now();
  let place = 0;
  let at = start;
  const { delayP99Ms } = await offer((_turn, count) => {
    for (let given = 0; given < count; given += parameters) {
      const values = Object.fromEntries(
        names.map((name) => [name, { value: Math.random() * 100 }]),
      );
      latest.update(`i${place}`, values, {}, at);
      place = (place + 1) % instruments;
      if (place === 0) at += 3;
    }
  });
  await recorder.flush();
  const seconds = (performance.now() - from) / 1_000;
  const { stored } = recorder.status();
  await recorder.close();
  await store[Symbol.asyncDispose]();
  return { rate: stored / seconds, delayP99Ms, bytesEach: (await stat(path)).size / stored };
}

async function recordPlainly(path: string): Promise<Run> {
  using database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${samplesTable}`);
  const insert = database.prepare('INSERT INTO samples VALUES (?, ?, ?)');
  let place = 0;
  let at = start;
  let waiting = 0;
  let stored = 0;
  const write = (most: number): void => {
    database.exec('BEGIN');
    for (let each = 0; each < most; each += 1) {
      insert.run(place, at, Math.random() * 100);
      place = (place + 1) % series;
      if (place === 0) at += 3;
    }
    database.exec('COMMIT');
    waiting -= most;
    stored += most;
  };
  const from = performance.now();
  const { delayP99Ms } = await offer((_turn, count) => {
    waiting += count;
    for (let left = waiting; left >= rivalBatch; left -= rivalBatch) write(rivalBatch);
  });
  write(waiting);
  const seconds = (performance.now() - from) / 1_000;
  const rate = stored / seconds;
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return { rate, delayP99Ms, bytesEach: (await stat(path)).size / stored };
}

async function queries(context: BenchContext, folder: string): Promise<readonly Figure[]> {
  context.progress('filling a month of values');
  const path = join(folder, 'month.sqlite');
  await using store = new SqliteHistory({ path });
  const zoomStart = start + monthS * 1_000;
  await fill(store, 'month', monthS, start, 1_000);
  await fill(store, 'zoom', zoomed, zoomStart, zoomedEveryMs);
  const ask = async (parameter: string, fromMs: number, toMs: number): Promise<void> => {
    const query = { series: [{ instrument: 'a', parameter }], fromMs, toMs, points: 1_000 };
    const [found] = await store.query(query);
    if ((found?.atMs.length ?? 0) < 500) throw new Error('a query found too little');
  };
  using plain = new DatabaseSync(path, { readOnly: true });
  const rows = plain.prepare(
    `SELECT at - at % ? AS part, avg(value) AS mean, min(value) AS low, max(value) AS high FROM samples
     WHERE series = (SELECT id FROM series WHERE parameter = ?) AND at >= ? AND at < ? GROUP BY part`,
  );
  const timed = async (action: () => unknown): Promise<number> => {
    const from = performance.now();
    await action();
    return performance.now() - from;
  };
  const monthEnd = start + monthS * 1_000;
  const zoomEnd = zoomStart + zoomed * zoomedEveryMs;
  const compare = async (
    parameter: string,
    from: number,
    to: number,
  ): Promise<Record<'ours' | 'rival', number>> => {
    const partMs = Math.ceil((to - from) / 1_000);
    const sides = {
      ours: async () => await timed(async () => await ask(parameter, from, to)),
      rival: async () => await timed(() => rows.all(partMs, parameter, from, to)),
    };
    return await compareSides(sides, { rounds: queryRounds, context });
  };
  context.progress('asking for a month, and for a million values');
  return [
    figure({
      name: 'a month of a value each second, as 1,000 points with their extremes',
      ...(await compare('month', start, monthEnd)),
      unit: 'ms',
      target: ratioAtMost(0.1),
    }),
    figure({
      name: 'a million values of 14 hours, as 1,000 points with their extremes',
      ...(await compare('zoom', zoomStart, zoomEnd)),
      unit: 'ms',
      target: ratioAtMost(0.5),
    }),
  ];
}

async function fill(
  store: SqliteHistory,
  parameter: string,
  count: number,
  fromMs: number,
  everyMs: number,
): Promise<void> {
  const place = store.book.place('a', parameter, 'number', 'V');
  const batch = new SampleBatch(200_000);
  for (let each = 0; each < count; each += 1) {
    batch.add(place, fromMs + each * everyMs, Math.sin(each / 1_000) * 100);
    if (!batch.isFull && each < count - 1) continue;
    await store.append(batch);
    batch.clear();
  }
}
