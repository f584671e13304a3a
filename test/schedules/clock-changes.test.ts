import { describe, expect, it } from 'vitest';
import * as schedules from '../../src/schedules/index.ts';
import { count } from '../support/count.ts';
import { Plantation } from '../support/plantation.ts';
import type { Mutant } from '../support/plantation.ts';
import { recordProof } from '../support/proof.ts';
import { randomFrom } from '../support/random.ts';
import { checkClock } from './clock-model.ts';
import { memoryFolder } from './support.ts';

const mutants: readonly Mutant[] = [
  {
    bug: 'a time that was claimed is run all the same',
    file: 'ledger.ts',
    find: 'if (changes === 0) return undefined;',
    replace: 'if (changes < 0) return undefined;',
  },
  {
    bug: 'what was claimed is forgotten',
    file: 'ledger.ts',
    find: `'INSERT INTO claims (job, slot, fold, run) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING'`,
    replace: `"INSERT INTO claims (job, slot, fold, run) VALUES (?, ? || random(), ?, 0)"`,
  },
  {
    bug: 'each of the times that were missed is run, one after the other',
    file: 'schedule-book.ts',
    find: 'const occurrence = latestOccurrence(entry.job.rule, entry.passedMs, nowMs);',
    replace: 'const occurrence = nextOccurrence(entry.job.rule, entry.passedMs);',
  },
  {
    bug: 'what is too late is run',
    file: 'due-runs.ts',
    find: `(job.missed === 'skip' || lateMs > job.graceMs)`,
    replace: `job.missed === 'skip'`,
  },
  {
    bug: 'what is not to be caught up is',
    file: 'due-runs.ts',
    find: `(job.missed === 'skip' || lateMs > job.graceMs)`,
    replace: 'lateMs > job.graceMs',
  },
  {
    bug: 'a run begins a second before its time',
    file: 'timetable.ts',
    find: 'if (first.occurrence.atMs > nowMs) break;',
    replace: 'if (first.occurrence.atMs > nowMs + 1_000) break;',
  },
  {
    bug: 'a clock that is set back keeps jobs from their times',
    file: 'timekeeper.ts',
    find: 'if (clockStepMs < 0) this.#book.clockSetBack();',
    replace: '',
  },
  {
    bug: 'a clock that was set while it waits is not looked at',
    file: 'wake-up.ts',
    find: 'Math.min(delayMs, lookLongestMs)',
    replace: 'delayMs',
  },
];

/** By then each planted bug was found, of many seeds. */
const plantedJumps = 300;

describe('a scheduler whose clock is set and whose machine sleeps', () => {
  it('runs nothing twice, early or too late, and catches up once at most', async () => {
    const jumps = count(1_000);
    const found = await checkClock(schedules, randomFrom(41), jumps);
    expect(found.problems).toEqual([]);
    expect(found.jumps).toBe(jumps);
    expect(found.runs).toBeGreaterThan(jumps / 4);
    using plantation = new Plantation();
    const missed: string[] = [];
    for (const mutant of mutants) {
      const planted = await plantation.plant<typeof schedules>('schedules', mutant);
      const { problems } = await checkClock(planted, randomFrom(42), plantedJumps, memoryFolder);
      if (problems.length === 0) missed.push(mutant.bug);
    }
    expect(missed).toEqual([]);
    recordProof({
      promise: 'No time of a job is run twice, whatever becomes of the clock.',
      test: 'runs nothing twice, early or too late, and catches up once at most',
      count: found.jumps,
      planted: mutants.length,
      caught: mutants.length - missed.length,
    });
  });
});
