import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { count } from '../support/count.ts';
import { Plantation } from '../support/plantation.ts';
import type { Mutant } from '../support/plantation.ts';
import { recordProof } from '../support/proof.ts';
import { randomFrom } from '../support/random.ts';
import { memoryFolder } from './support.ts';

const program = new URL('programs/run-jobs.ts', import.meta.url).pathname;
const source = join(import.meta.dirname, '../../src');
/** So many programs run beside each other, each with a ledger of its own. */
const lanes = 2;
/** A minute of both jobs has 26 points at which the program may die. */
const pointsMost = 40;
/** Where deaths tell the most: after what was done and not written down, after a claim and before a run. */
const telling = [5, 8, 5, 8, 10];
/** So many programs are started one after the other; a busy machine takes its time. */
const timeoutMs = 900_000;

const mutants: readonly Mutant[] = [
  {
    bug: 'a run that was cut short is done again, whatever it is',
    file: 'recovery.ts',
    find: `if (run.delivery === 'at-most-once') return`,
    replace: `if (run.id < 0) return`,
  },
  {
    bug: 'a run that was cut short is never done again',
    file: 'recovery.ts',
    find: `if (run.delivery === 'at-most-once') return`,
    replace: `if (run.id > 0) return`,
  },
  {
    bug: 'a run is claimed when it is over',
    file: 'ledger.ts',
    find: `      if (changes === 0) return undefined;`,
    replace: `      if (changes === 0) return undefined;
      setTimeout(() => this.#database.run('UPDATE jobs SET passed_ms = ? WHERE name = ?', atMs, run.job), 5);
      this.#database.run('DELETE FROM claims WHERE job = ?', run.job);
      if (run.job === 'careful') return this.#insert(run, 'done', { slot, fold });`,
  },
];

/** What is known after many kills. */
interface Findings {
  readonly problems: readonly string[];
  readonly runs: number;
  /** Runs at most once of which nothing came, or not all. */
  readonly cutShort: number;
}

/** Starts the program, kills it in the middle, and again; then lets it end, and looks at what it did. */
async function killOverAndOver(rooms: string, deaths: readonly number[]): Promise<Findings> {
  const folder = mkdtempSync(join(memoryFolder, 'signalbox-kills-'));
  const [ledger, effects] = [join(folder, 'schedules.sqlite'), join(folder, 'effects')];
  try {
    for (const dieAt of [...deaths, 0]) {
      const isLast = dieAt === 0;
      const child = spawn(process.execPath, [program, rooms, ledger, effects, String(dieAt)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let complaint = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== (isLast ? 0 : null)) return { problems: [complaint], runs: 0, cutShort: 0 };
    }
    return judge(existsSync(effects) ? readFileSync(effects, 'utf8') : '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function drawn(deaths: number, random: () => number): number[] {
  return Array.from({ length: deaths }, () => 1 + Math.floor(random() * pointsMost));
}

function judge(effects: string): Findings {
  const problems: string[] = [];
  const times = new Map<string, number>();
  const slots = new Set<string>();
  for (const line of effects.split('\n').slice(0, -1)) {
    times.set(line, (times.get(line) ?? 0) + 1);
    slots.add(line.split(' ')[1] ?? '');
  }
  const [first = '', last = ''] = [[...slots].toSorted()[0], [...slots].toSorted().at(-1)];
  let runs = 0;
  let cutShort = 0;
  for (let ms = Date.parse(`${first}Z`); ms <= Date.parse(`${last}Z`); ms += 60_000) {
    const slot = new Date(ms).toISOString().slice(0, 16);
    runs += 1;
    const done = (job: string): number[] =>
      [0, 1].map((step) => times.get(`${job} ${slot} ${step}`) ?? 0);
    if (done('careful').some((each) => each > 1)) problems.push(`careful ${slot} was done twice`);
    if (done('careful').some((each) => each === 0)) cutShort += 1;
    // The program may end while the very last is under way.
    if (slot !== last && done('insistent').some((each) => each === 0)) {
      problems.push(`insistent ${slot} was not done`);
    }
  }
  return { problems, runs, cutShort };
}

describe('a scheduler that is killed', () => {
  it(
    'does what is to be done at most once never twice, and what is to be done at least once always',
    async () => {
      const kills = count(500);
      const found = await Promise.all(
        Array.from(
          { length: lanes },
          async (_, lane) =>
            await killOverAndOver(source, drawn(Math.ceil(kills / lanes), randomFrom(50 + lane))),
        ),
      );
      expect(found.flatMap(({ problems }) => problems)).toEqual([]);
      const runs = found.reduce((sum, each) => sum + each.runs, 0);
      const cutShort = found.reduce((sum, each) => sum + each.cutShort, 0);
      console.log(`${kills} kills, ${runs} runs of each job, ${cutShort} cut short for good`);
      expect(cutShort).toBeGreaterThan(kills / 10);
      using plantation = new Plantation();
      const caught = await Promise.all(
        mutants.map(async (mutant) => {
          const rooms = plantation.sow('schedules', [mutant], 'schedules');
          const { problems } = await killOverAndOver(rooms, telling);
          return problems.length > 0;
        }),
      );
      expect(mutants.filter((_, index) => caught[index] === false)).toEqual([]);
      recordProof({
        promise: 'A run at most once is never done twice, one at least once is never left out.',
        test: 'does what is to be done at most once never twice, and what is to be done at least once always',
        count: kills,
        planted: mutants.length,
        caught: caught.filter(Boolean).length,
      });
    },
    timeoutMs,
  );
});
