import { Cron } from 'croner';
import { describe, expect, it, vi } from 'vitest';
import { longestTimerMs, ManualClock } from '../../src/kernel/index.ts';
import type { Clock } from '../../src/kernel/index.ts';
import { Ledger, Scheduler } from '../../src/schedules/index.ts';
import { Timetable } from '../../src/schedules/timetable.ts';
import { randomFrom } from '../support/random.ts';
import { LedgerFolder, memoryFolder, MemorySource } from './support.ts';

const step = `steps = [{ do = "notify", message = "x" }]`;

describe('a scheduler of many jobs', () => {
  it('looks at none of 10,000 but those whose time has come', async () => {
    using folder = new LedgerFolder(memoryFolder);
    using ledger = new Ledger(folder.path);
    const text = Array.from(
      { length: 10_000 },
      (_, index) => `[jobs.j${index}]\ncron = "${index % 60} ${index % 24} * * *"\n${step}`,
    ).join('\n');
    const source = new MemorySource(`[schedules]\ntimeZone = "Etc/UTC"\n${text}`);
    const asked = vi.spyOn(Cron.prototype, 'nextRun');
    const clock = new ManualClock(Date.parse('2026-11-30T05:00:30Z'));
    const scheduler = new Scheduler({ source, ledger, clock, instruments: new Map() });
    let began = 0;
    scheduler.events.on('run', ({ state }) => void (began += state === 'running' ? 1 : 0));
    scheduler.start();
    const atStart = asked.mock.calls.length;
    await clock.advance(60 * 60_000);
    const later = asked.mock.calls.length - atStart;
    // Of a configuration that is changed in one place only that is looked at.
    await scheduler.setEnabled('j0', false, {
      id: 'ada',
      program: 'ada',
      door: 'http',
      sinceMs: 0,
    });
    const again = asked.mock.calls.length - atStart - later;
    asked.mockRestore();
    expect(again).toBeLessThan(10);
    expect(began).toBeGreaterThan(400);
    // Each for itself, a few times: which of its times was the newest, and which is next.
    expect(later).toBeLessThan(20 * began);
    expect(atStart).toBeLessThan(50_000);
    await scheduler.close();
  });

  it('keeps the nearest of them first, however they change', () => {
    const random = randomFrom(71);
    const timetable = new Timetable();
    const right = new Map<string, number>();
    for (let turn = 0; turn < 5_000; turn += 1) {
      const name = `j${Math.floor(random() * 300)}`;
      const atMs = Math.floor(random() * 1_000_000);
      if (random() < 0.2) {
        timetable.set(name, undefined);
        right.delete(name);
      } else {
        timetable.set(name, { slot: '', fold: 0, atMs });
        right.set(name, atMs);
      }
      if (turn % 100 !== 0) continue;
      const dueMs = Math.floor(random() * 100_000);
      const due = [...right].filter(([, each]) => each <= dueMs);
      for (const [each] of due) right.delete(each);
      expect(timetable.takeDue(dueMs).toSorted()).toEqual(due.map(([each]) => each).toSorted());
      expect(timetable.nearest?.atMs).toBe(
        right.size === 0 ? undefined : Math.min(...right.values()),
      );
    }
  });
});

describe('a time that is far away', () => {
  it('beyond the longest timer is come to on the millisecond', async () => {
    using folder = new LedgerFolder(memoryFolder);
    using ledger = new Ledger(folder.path);
    const clock = new ManualClock(Date.parse('2026-11-30T00:00:00Z'));
    const delays: number[] = [];
    const watched: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      schedule: (delayMs, run) => {
        delays.push(delayMs);
        return clock.schedule(delayMs, run);
      },
    };
    const source = new MemorySource(
      `[schedules]\ntimeZone = "Etc/UTC"\n[jobs.far]\nonce = "2026-12-30T00:00"\n${step}`,
    );
    const scheduler = new Scheduler({ source, ledger, clock: watched, instruments: new Map() });
    const began: number[] = [];
    scheduler.events.on('run', ({ state, atMs }) => {
      if (state === 'running') began.push(atMs);
    });
    scheduler.start();
    await clock.advance(30 * 86_400_000 - 1);
    expect(began).toEqual([]);
    await clock.advance(1);
    expect(began).toEqual([Date.parse('2026-12-30T00:00:00Z')]);
    expect(Math.max(...delays)).toBeLessThan(longestTimerMs);
  });
});
