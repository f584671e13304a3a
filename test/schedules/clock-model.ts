import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/index.ts';
import { ManualClock } from '../../src/kernel/index.ts';
import type * as Schedules from '../../src/schedules/index.ts';
import { LifeClock } from './support.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Wall clocks that are set: by how much, forward and back. */
const steps = [
  second,
  30 * second,
  2 * minute,
  20 * minute,
  hour,
  9 * hour,
  3 * day,
  40 * day,
  365 * day,
];

const step = `steps = [{ do = "notify", message = "fired" }]`;
const text = `
[schedules]
timeZone = "Europe/Vienna"
[jobs.daily]
cron = "0 6 * * *"
${step}
[jobs.inTheGap]
time = "02:30"
weekdays = ["monday", "wednesday", "friday", "saturday", "sunday"]
overlap = "both"
graceS = 7200
${step}
[jobs.hourly]
cron = "17 * * * *"
missed = "skip"
delivery = "at-least-once"
${step}
[jobs.once]
once = "2026-03-30T12:00"
graceS = 86400
${step}
`;

/** What a check found. */
export interface ClockFindings {
  /** How often the clock was set, the machine slept, or the program ended. */
  jumps: number;
  runs: number;
  caughtUp: number;
  problems: string[];
}

/**
 * Lets a scheduler run over a clock that is set to and fro, a machine that sleeps and a program that
 * crashes, and looks at what it ran: nothing twice, nothing early, nothing too late, nothing left out
 * that the clock came past in peace, and one run of each job at most when a lot was missed.
 */
export async function checkClock(
  { Ledger, Scheduler, nextOccurrences, TimeZone, cron }: typeof Schedules,
  random: () => number,
  jumpsWanted: number,
  under: string = tmpdir(),
): Promise<ClockFindings> {
  const folder = mkdtempSync(join(under, 'signalbox-clock-'));
  const path = join(folder, 'schedules.sqlite');
  const clock = new ManualClock(Date.parse('2026-03-26T10:00:00Z'));
  const config = parseConfig(text, 'lab.toml');
  const found: ClockFindings = { jumps: 0, runs: 0, caughtUp: 0, problems: [] };
  const began = new Map<string, string>();
  /** When a time of each job was dealt with last, since the clock was set. */
  const moments = new Map<string, number>();
  const zone = new TimeZone('Europe/Vienna');
  const hourly = {
    pattern: cron('17 * * * *'),
    zone,
    gap: 'run-at-end',
    overlap: 'first',
  } as const;
  let life = new LifeClock(clock);
  let ledger = new Ledger(path);
  const start = (): void => {
    const scheduler = new Scheduler({
      source: {
        current: () => config,
        onChange: () => ({ [Symbol.dispose]: () => {} }),
        change: async () => {},
      },
      ledger,
      clock: life,
      instruments: new Map(),
    });
    scheduler.events.on('run', ({ job, runId, cause, state }) => {
      const run = ledger.run(runId);
      if (run?.attempts !== 1 && state !== 'missed') return;
      if (state === 'running' || state === 'missed') {
        // However many times have gone by, they are dealt with together.
        if ((run?.dueMs ?? 0) <= (moments.get(job) ?? -Infinity)) {
          found.problems.push(`${job}: one time after the other`);
        }
        moments.set(job, clock.now());
      }
      if (state !== 'running') return;
      const slot = `${job} of ${run?.slot} (${run?.fold})`;
      const lateMs = clock.now() - (run?.dueMs ?? Infinity);
      const longestMs = job === 'once' ? day : job === 'inTheGap' ? 2 * hour : 10 * minute;
      found.runs += 1;
      if (cause === 'caught-up') found.caughtUp += 1;
      if (began.has(slot)) found.problems.push(`${slot} ran twice`);
      if (lateMs < 0) found.problems.push(`${slot} ran ${-lateMs} ms early`);
      if (lateMs > longestMs) found.problems.push(`${slot} ran ${lateMs} ms late`);
      if (cause === 'caught-up' && job === 'hourly') found.problems.push(`${slot} was caught up`);
      began.set(slot, cause);
    });
    scheduler.events.on('fault', ({ error }) => void found.problems.push(error.message));
    scheduler.start();
  };
  start();
  try {
    for (; found.jumps < jumpsWanted; found.jumps += 1) {
      const kind = random();
      const byMs = steps[Math.floor(random() * steps.length)] ?? second;
      if (kind < 0.35) clock.jump(byMs);
      else if (kind < 0.7) clock.jump(-byMs);
      // Asleep: time goes on, and timers do not.
      else if (kind < 0.85) clock.jump(Math.floor(8 * hour * random()));
      else {
        life.end();
        ledger[Symbol.dispose]();
        if (random() < 0.5) clock.jump(Math.floor(random() * 2 * hour));
        life = new LifeClock(clock);
        ledger = new Ledger(path);
        start();
      }
      moments.clear();
      // It is noticed within a minute.
      await clock.advance(minute);
      const fromMs = clock.now();
      await clock.advance(Math.floor(random() * 3 * hour));
      for (const { slot, fold, atMs } of nextOccurrences(hourly, fromMs, 4)) {
        if (atMs > clock.now() || began.has(`hourly of ${slot} (${fold})`)) continue;
        found.problems.push(`hourly of ${slot} (${fold}) was left out`);
      }
      if (found.problems.length > 0) break;
    }
  } finally {
    life.end();
    ledger[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  }
  return found;
}
