// Runs two jobs each minute of a clock of its own, as fast as it can, and kills itself in the middle:
// between a claim, what a run does, and what is written down of it. What a run does it writes to a file,
// as an instrument would keep it.
// Arguments: folder of the rooms, ledger, file of effects, at which point to die (0: ends in order)
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Schedules from '../../../src/schedules/index.ts';
import type { JobConfig } from '../../../src/config/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';

const [rooms = '', path = '', effectsPath = '', dieAt = '0'] = process.argv.slice(2);
const room = pathToFileURL(join(rooms, 'schedules/index.ts')).href;
const { Ledger, Scheduler } = (await import(room)) as typeof Schedules;

const job: JobConfig = {
  enabled: true,
  cron: '* * * * *',
  weekdays: [],
  gap: 'run-at-end',
  overlap: 'first',
  missed: 'once',
  graceS: 600,
  delivery: 'at-most-once',
  whileRunning: 'skip',
  priority: 'interactive',
  lease: false,
  steps: [
    { do: 'notify', level: 'info', message: 'one' },
    { do: 'notify', level: 'info', message: 'two' },
  ],
};
const insistent: JobConfig = { ...job, delivery: 'at-least-once' };
const config = { schedules: {}, alarms: {}, jobs: { careful: job, insistent } };
const ledger = new Ledger(path);
let points = 0;
const point = (): void => {
  points += 1;
  if (points === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
};
for (const name of ['claim', 'started', 'addStep', 'ended'] as const) {
  const write = ledger[name].bind(ledger) as (...values: unknown[]) => unknown;
  Object.assign(ledger, {
    [name]: (...values: unknown[]): unknown => {
      point();
      const result = write(...values);
      point();
      return result;
    },
  });
}
// Where the clock was when the one before was killed.
const startMs = ledger.history(undefined, 1)[0]?.dueMs ?? Date.parse('2026-01-01T00:00:00Z');
const clock = new ManualClock(startMs, async () => await new Promise((go) => setImmediate(go)));
const effects = openSync(effectsPath, 'a');
const scheduler = new Scheduler({
  source: {
    current: () => config,
    onChange: () => ({ [Symbol.dispose]: () => {} }),
    change: async () => {},
  },
  ledger,
  clock,
  instruments: new Map(),
});
const doing = new Map<string, string>();
scheduler.events.on('step', ({ job, runId, number, state }) => {
  if (state === 'running') doing.set(job, `${job} ${ledger.run(runId)?.slot} ${number}`);
});
scheduler.events.on('notify', ({ job, message }) => {
  if (message !== 'one' && message !== 'two') return;
  writeSync(effects, `${doing.get(job)}\n`);
  point();
});
scheduler.events.on('fault', ({ error }) => {
  throw error;
});
scheduler.start();
await new Promise((go) => setImmediate(go));
const minutes = dieAt === '0' ? 2 : Infinity;
for (let minute = 0; minute < minutes; minute += 1) await clock.advance(60_000);
await scheduler.close();
closeSync(effects);
ledger[Symbol.dispose]();
