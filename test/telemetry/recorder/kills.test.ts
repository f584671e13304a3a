import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { HistoryFolder } from '../history/history-folder.ts';

const program = fileURLToPath(new URL('programs/recording.ts', import.meta.url));
const room = new URL('../../../src/telemetry/index.ts', import.meta.url).href;
const random = randomFrom();
/** A sample each, so that what is written can be told from what is only going to be. */
const perAppend = 40;

const mutants: readonly (Mutant & { readonly says: string })[] = [
  {
    bug: 'a write is acknowledged when it is given to the writer',
    file: 'recorder/recorder.ts',
    find: 'const { stored, duplicates, tooLate } = await this.#store.append(load.batch);',
    replace:
      'for (const each of load.waiting) each.resolve();\n      const { stored, duplicates, tooLate } = await this.#store.append(load.batch);',
    says: 'was acknowledged and is lost',
  },
  {
    bug: 'samples and what they come to are not written together',
    file: 'history/sqlite-writer.ts',
    find: 'return this.#database.transaction(() => this.#append(batch));',
    replace: 'return this.#append(batch);',
    says: 'are not what their samples come to',
  },
];

/** Records, is killed, and says what it had acknowledged. */
async function killed(
  path: string,
  from: number,
  afterMs: number,
  telemetry: string,
): Promise<number[]> {
  const child = spawn(process.execPath, [program, path, telemetry, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const ready = Promise.withResolvers<void>();
  child.stdout.on('data', (data: Buffer) => {
    said += data.toString();
    if (said.includes('ready')) ready.resolve();
  });
  const gone = once(child, 'close');
  await ready.promise;
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await gone;
  return said
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== 'ready')
    .map(Number);
}

/** What is wrong with a file after its writer was killed; nothing as a rule. */
function problems(path: string, acknowledged: ReadonlySet<number>): string[] {
  using database = new DatabaseSync(path);
  const found: string[] = [];
  const check = database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
  if (check !== 'ok') found.push(`the file is damaged: ${String(check)}`);
  const rows = database.prepare('SELECT value FROM samples').all() as { value: number }[];
  const there = new Set(rows.map(({ value }) => value));
  for (const from of acknowledged) {
    for (let each = from; each < from + perAppend; each += 1) {
      if (!there.has(each)) found.push(`${each} was acknowledged and is lost`);
    }
  }
  for (const [table, lengthMs] of [
    ['minutes', 60_000],
    ['hours', 3_600_000],
  ] as const) {
    const wrong = database
      .prepare(
        `WITH real AS (SELECT series, at - at % ${lengthMs} AS part, count(*) AS count, sum(value) AS sum,
           min(value) AS low, max(value) AS high, max(at) AS last_at FROM samples GROUP BY 1, 2)
         SELECT count(*) AS wrong FROM real FULL JOIN ${table} t ON t.series = real.series AND t.at = part
         WHERE t.count IS NOT real.count OR t.sum IS NOT real.sum OR t.low IS NOT real.low
           OR t.high IS NOT real.high OR t.last_at IS NOT real.last_at`,
      )
      .get() as { wrong: number };
    if (wrong.wrong > 0) found.push(`${wrong.wrong} ${table} are not what their samples come to`);
  }
  return found;
}

async function lives(path: string, kills: number, telemetry: string): Promise<string[]> {
  const acknowledged = new Set<number>();
  let next = 0;
  for (let life = 0; life < kills; life += 1) {
    const said = await killed(path, next, Math.floor(random() * 120), telemetry);
    for (const from of said) acknowledged.add(from);
    next = Math.max(next, ...said) + 10 * perAppend;
    const found = problems(path, acknowledged);
    if (found.length > 0) return found;
  }
  return acknowledged.size === 0 && kills > 3 ? ['nothing was ever acknowledged'] : [];
}

describe('a recorder that is killed', { timeout: 600_000 }, () => {
  const title = 'loses nothing that it had acknowledged, and leaves a file that needs no repair';
  let caught = 0;

  it.each(mutants)('is found out where $bug', async ({ says, ...mutant }) => {
    using plantation = new Plantation();
    const planted = plantation.sow('telemetry', [mutant], 'telemetry');
    await using folder = new HistoryFolder();
    const found = await lives(folder.path, 40, `${planted}/telemetry/index.ts`);
    expect(found.join()).toContain(says);
    caught += 1;
  });

  it(title, async () => {
    const kills = count(100);
    await using folder = new HistoryFolder();
    expect(await lives(folder.path, kills, room)).toEqual([]);
    recordProof({
      promise: 'What was recorded and acknowledged survives kill -9, and the file needs no repair.',
      test: title,
      count: kills,
      planted: mutants.length,
      caught,
    });
  });
});
