import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  AppendResult,
  ExportPage,
  ExportQuery,
  HistoryQuery,
  HistoryStore,
  RecordedSample,
  Retention,
  RetentionStep,
  Sample,
  SampleBatch,
  SeriesHistory,
  SeriesInfo,
  SeriesName,
} from '../../../src/telemetry/index.ts';
import { CachedHistory, SeriesBook } from '../../../src/telemetry/index.ts';
import { SqliteReader } from '../../../src/telemetry/history/sqlite-reader.ts';
import { SqliteWriter } from '../../../src/telemetry/history/sqlite-writer.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { seed } from '../../support/seed.ts';
import { append, HistoryFolder } from './history-folder.ts';
import { HistoryModel } from './history-model.ts';

const start = Date.parse('2026-11-30T00:00:00Z');
const hour = 3_600_000;
const span = 30 * hour;
const parameters = ['x', 'y'] as const;

type Step =
  | { readonly kind: 'append'; readonly samples: readonly Sample[] }
  | { readonly kind: 'retain'; readonly nowMs: number }
  | { readonly kind: 'reopen' }
  /** The query before, once more. */
  | { readonly kind: 'again' }
  | {
      readonly kind: 'query';
      readonly parameter: string;
      readonly fromMs: number;
      readonly lengthMs: number;
      readonly points: number;
    };

const time = fc.integer({ min: 0, max: span }).map((after) => start + after);
/** Few, so that samples come twice and the same is asked again. */
const often = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom(0, 500, 30_500))
  .map(([place, after]) => start + place * 12 * hour + after);
/** Many in one stretch, so that parts have several samples and some come twice. */
const samples = fc
  .record({
    parameter: fc.constantFrom(...parameters),
    fromMs: often,
    everyMs: fc.constantFrom(1_000, 25_000, 400_000),
    values: fc.array(
      fc.oneof(
        { weight: 99, arbitrary: fc.integer({ min: -50, max: 50 }) },
        { weight: 1, arbitrary: fc.constantFrom('on', 'off') },
      ),
      { minLength: 1, maxLength: 60 },
    ),
    isBackward: fc.boolean(),
  })
  .map(({ parameter, fromMs, everyMs, values, isBackward }) => {
    const made = values.map((value, index): Sample => ({
      instrument: 'a',
      parameter,
      value,
      atMs: fromMs + index * everyMs,
    }));
    return isBackward ? made.reverse() : made;
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(samples, { minLength: 1, maxLength: 3 })
      .map((several): Step => ({ kind: 'append', samples: several.flat() })),
  },
  { weight: 1, arbitrary: time.map((nowMs): Step => ({ kind: 'retain', nowMs })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'reopen' }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'again' }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('query' as const),
      parameter: fc.constantFrom(...parameters),
      fromMs: fc.oneof(often, time),
      lengthMs: fc.constantFrom(60_000, 5 * hour),
      points: fc.constantFrom(7, 1_000),
    }),
  },
);

const retention = { rawMs: 4 * hour, minuteMs: 12 * hour, hourMs: 20 * hour };

/** The parts of a history in a file, of the source or with a bug. */
interface Parts {
  readonly CachedHistory: typeof CachedHistory;
  readonly SqliteReader: typeof SqliteReader;
  readonly SqliteWriter: typeof SqliteWriter;
}

/** Without threads, whose starts would take most of the time. */
class LocalHistory implements HistoryStore {
  readonly book: SeriesBook = new SeriesBook();
  readonly #writer: SqliteWriter;
  readonly #reader: SqliteReader;

  constructor(parts: Parts, path: string) {
    this.#writer = new parts.SqliteWriter(path);
    this.#reader = new parts.SqliteReader(path);
  }

  async append({ size, columns, texts }: SampleBatch): Promise<AppendResult> {
    this.#writer.define(this.book.definitions);
    return this.#writer.append({ size, ...columns, texts });
  }

  async retain(kept: Retention, nowMs: number): Promise<RetentionStep> {
    return this.#writer.retain(kept, nowMs);
  }

  async query(query: HistoryQuery): Promise<readonly SeriesHistory[]> {
    return query.series.map((name) => this.#reader.query(name, query));
  }

  async series(): Promise<readonly SeriesInfo[]> {
    return this.#reader.series();
  }

  async latestBefore(name: SeriesName, atMs: number): Promise<RecordedSample | undefined> {
    return this.#reader.latestBefore(name, atMs);
  }

  async countRows(query: ExportQuery): Promise<number> {
    return this.#reader.countRows(query);
  }

  async *pages(): AsyncGenerator<ExportPage, void, undefined> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader[Symbol.dispose]();
    this.#writer[Symbol.dispose]();
  }
}

/** Does all of it with a history and with the model. @returns what differs; undefined when nothing does */
async function compare(parts: Parts, steps: readonly Step[]): Promise<string | undefined> {
  await using folder = new HistoryFolder();
  const model = new HistoryModel();
  const open = (): CachedHistory => new parts.CachedHistory(new LocalHistory(parts, folder.path));
  let store = open();
  let before: Extract<Step, { kind: 'query' }> | undefined;
  try {
    for (const [index, each] of steps.entries()) {
      if (each.kind === 'append') {
        const expected = JSON.stringify(model.append(each.samples));
        const result = await append(store, each.samples);
        const { stored, duplicates, tooLate } = result;
        const found = JSON.stringify({ stored, duplicates, tooLate });
        if (found !== expected) return `step ${index}: ${found}, not ${expected}`;
      } else if (each.kind === 'retain') {
        model.retain(retention, each.nowMs);
        while (!(await store.retain(retention, each.nowMs)).isDone);
      } else if (each.kind === 'reopen') {
        await store[Symbol.asyncDispose]();
        store = open();
      } else {
        if (each.kind === 'query') before = each;
        if (before === undefined) continue;
        const { parameter, fromMs, lengthMs, points } = before;
        const series = [{ instrument: 'a', parameter }];
        const query = { series, fromMs, toMs: fromMs + lengthMs, points };
        const [answer] = await store.query(query);
        const problem = answer === undefined ? 'no answer' : model.problem(query, answer);
        if (problem !== undefined) return `step ${index}: ${problem}`;
      }
    }
    return undefined;
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

async function firstDifference(room: Parts, runs: number): Promise<string | undefined> {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 2, maxLength: 25 }),
    async (steps) => {
      const problem = await compare(room, steps);
      if (problem !== undefined) throw new Error(problem);
    },
  );
  const { failed, errorInstance, counterexample } = await fc.check(property, {
    seed,
    numRuns: runs,
    endOnFailure: true,
  });
  if (!failed) return undefined;
  const text = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `${text}\n${JSON.stringify(counterexample)}`;
}

const mutants: readonly Mutant[] = [
  {
    bug: 'a sample that comes twice counts twice',
    file: 'history/sqlite-writer.ts',
    find: '.changes === 0) continue;',
    replace: '.changes > 1) continue;',
  },
  {
    bug: 'the last one written is the last one in time',
    file: 'history/sqlite-writer.ts',
    find: 'last = CASE WHEN excluded.last_at > last_at THEN excluded.last ELSE last END',
    replace: 'last = excluded.last',
  },
  {
    bug: 'a sample of a time that is gone is written',
    file: 'history/sqlite-writer.ts',
    find: 'if (at < rawHorizon) {',
    replace: 'if (at < rawHorizon - 7_200_000) {',
  },
  {
    bug: 'the last part of a query is left out',
    file: 'history/sqlite-reader.ts',
    find: 'while (startMs < toMs) {',
    replace: 'while (startMs + lengthMs < toMs) {',
  },
  {
    bug: 'an answer is kept whatever is written',
    file: 'history/cached-history.ts',
    find: 'if (atMs >= answer.fromMs && atMs < answer.toMs) this.#forget(answer);',
    replace: 'if (atMs > answer.toMs + 1e15) this.#forget(answer);',
  },
];

async function planted(plantation: Plantation, mutant: Mutant): Promise<Parts> {
  const folder = `${plantation.sow('telemetry', [mutant], 'telemetry')}/telemetry/history`;
  const parts = ['cached-history', 'sqlite-reader', 'sqlite-writer'];
  const modules = parts.map(async (name) => (await import(`${folder}/${name}.ts`)) as object);
  return Object.assign({}, ...(await Promise.all(modules))) as Parts;
}

describe('a history', { timeout: 600_000 }, () => {
  const title = 'answers as all that was ever written says, in whatever order it was done';
  let caught = 0;

  it.each(mutants)('is found out where $bug', async (mutant) => {
    using plantation = new Plantation();
    expect(await firstDifference(await planted(plantation, mutant), 2_000)).toBeDefined();
    caught += 1;
  });

  it(title, async () => {
    const runs = count(1_000);
    const parts = { CachedHistory, SqliteReader, SqliteWriter };
    expect(await firstDifference(parts, runs)).toBeUndefined();
    recordProof({
      promise: 'History gives what was recorded: no sample lost or counted twice, no peak missed.',
      test: title,
      count: runs,
      planted: mutants.length,
      caught,
    });
  });
});
