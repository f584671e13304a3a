import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/kernel/index.ts';
import { Ledger, runsKeptMost, Scheduler } from '../../src/schedules/index.ts';
import type { NewRun } from '../../src/schedules/ledger.ts';
import { LedgerFolder, memoryFolder, MemorySource } from './support.ts';

let stack = new DisposableStack();
afterEach(() => {
  stack.dispose();
  stack = new DisposableStack();
});

const occurrence = (minute: number): { slot: string; fold: 0; atMs: number } => {
  const atMs = Date.parse('2026-11-30T06:00:00Z') + minute * 60_000;
  return { slot: new Date(atMs).toISOString().slice(0, 16), fold: 0, atMs };
};
const run: NewRun = {
  job: 'purge',
  kind: 'job',
  cause: 'scheduled',
  dueMs: occurrence(0).atMs,
  by: 'schedule',
  delivery: 'at-most-once',
  plan: '',
};

describe('a ledger', () => {
  it('gives an occurrence to one of two that have the same file open', () => {
    const folder = stack.use(new LedgerFolder());
    const one = stack.use(new Ledger(folder.path));
    const other = stack.use(new Ledger(folder.path));
    const taken = Array.from({ length: 50 }, (_, minute) =>
      [one, other].map((ledger) => ledger.claim(occurrence(minute), run, false) !== undefined),
    );
    expect(taken.every(([first, second]) => first === true && second === false)).toBe(true);
    // The second time that a clock shows alike is another.
    expect(other.claim({ ...occurrence(0), fold: 1 }, run, false)).toBeDefined();
  });

  it('keeps two schedulers from running a time twice', async () => {
    const folder = stack.use(new LedgerFolder());
    const clock = new ManualClock(Date.parse('2026-11-30T05:59:00Z'));
    const source = new MemorySource(
      `[jobs.purge]\ncron = "*/5 * * * *"\nsteps = [{ do = "notify", message = "x" }]`,
    );
    const began: string[] = [];
    for (const name of ['one', 'other']) {
      const ledger = stack.use(new Ledger(folder.path));
      const scheduler = new Scheduler({ source, ledger, clock, instruments: new Map() });
      scheduler.events.on('run', ({ state, runId }) => {
        if (state === 'running') began.push(`${name} ${ledger.run(runId)?.slot}`);
      });
      scheduler.start();
    }
    await clock.advance(30 * 60_000);
    expect(began).toHaveLength(6);
    expect(new Set(began.map((each) => each.split(' ')[1])).size).toBe(6);
  });

  it('that is damaged is set aside for a new one, and nothing is run for it', () => {
    const folder = stack.use(new LedgerFolder());
    writeFileSync(folder.path, 'this is no database, and never was one'.repeat(100));
    const told: string[] = [];
    const ledger = stack.use(
      Ledger.open(folder.path, 0, ({ message }, movedTo) => void told.push(message, movedTo)),
    );
    expect(told[0]).toMatch(/cannot be used: file is not a database/);
    expect(told[1]).toMatch(/\.damaged-1970/);
    const kept = readdirSync(dirname(folder.path)).filter((name) => name.includes('damaged'));
    expect(kept).toHaveLength(1);
    expect(ledger.history(undefined, 10)).toEqual([]);
    expect(ledger.claim(occurrence(0), run, false)).toBe(1);
  });

  it('that is damaged in its middle is found', () => {
    const folder = stack.use(new LedgerFolder());
    const before = new Ledger(folder.path);
    for (let minute = 0; minute < 40; minute += 1) before.claim(occurrence(minute), run, false);
    before[Symbol.dispose]();
    const bytes = readFileSync(folder.path);
    bytes.fill(0x55, 4_096 * 2, 4_096 * 4);
    writeFileSync(folder.path, bytes);
    const told: string[] = [];
    stack.use(Ledger.open(folder.path, 0, ({ message }) => void told.push(message)));
    expect(told).toHaveLength(1);
  });

  it('that cannot be opened, or is of a newer Signalbox, is left where it is', () => {
    const folder = stack.use(new LedgerFolder());
    new Ledger(folder.path)[Symbol.dispose]();
    const newer = new DatabaseSync(folder.path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    const never = (): never => expect.unreachable();
    expect(() => Ledger.open(folder.path, 0, never)).toThrow(/newer Signalbox \(layout 99/);
    expect(() => Ledger.open(dirname(folder.path), 0, never)).toThrow(
      /cannot be used: unable to open/,
    );
    expect(existsSync(folder.path)).toBe(true);
  });

  it('keeps so many runs of a job, and no step of one that is gone', () => {
    const folder = stack.use(new LedgerFolder(memoryFolder));
    const ledger = stack.use(new Ledger(folder.path));
    const most = runsKeptMost.ofOneJob;
    for (let minute = 0; minute < most + 150; minute += 1) {
      const id = ledger.claim(occurrence(minute), run, false) ?? 0;
      ledger.addStep(id, { number: 0, what: 'wait', state: 'done', startedMs: 0, endedMs: 1 });
      ledger.ended(id, 'done', 0);
    }
    const kept = ledger.history('purge', 10_000);
    expect(kept.length).toBeGreaterThanOrEqual(most);
    expect(kept.length).toBeLessThan(most + 60);
    expect(kept[0]?.steps).toHaveLength(1);
    // A claim outlives its run.
    expect(ledger.claim(occurrence(0), run, false)).toBeUndefined();
  });
});
