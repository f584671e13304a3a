import { describe, expect, it } from 'vitest';
import type { Owner } from '../../src/kernel/index.ts';
import { ScheduleBench } from './schedule-bench.ts';

const ada: Owner = { id: 'ada', program: 'ada.py', door: 'http', sinceMs: 0 };
const second = 1_000;
const minute = 60 * second;

const gas = `[ports.bus]
tcp = "192.168.1.20:5025"
protocol = "lines"
[instruments.gas]
port = "bus"
driver = "scpi"
[instruments.gas.parameters.flow]
query = "FLOW?"
set = "FLOW {value}"
minimum = 0
maximum = 100
`;

/** A job at 06:00 with these steps, at 05:59. */
function bench(steps: string, more = '', when = 'cron = "0 6 * * *"'): ScheduleBench {
  return new ScheduleBench(
    '2026-11-30T05:59:00+01:00',
    `${gas}[jobs.purge]\n${when}\n${more}\nsteps = [${steps}]`,
  );
}

const target = `instrument = "gas", parameter = "flow"`;

describe('the steps of a job', () => {
  it('set, wait, read, ask and tell, in their order, and what came of each is kept', async () => {
    using clock = bench(`{ do = "set", ${target}, value = 7.5 },
      { do = "wait", forS = 30 },
      { do = "condition", ${target}, is = "at-least", value = 7 },
      { do = "query", instrument = "gas", message = "FLOW?" },
      { do = "notify", message = "done", level = "warn" }`);
    await clock.advance(minute + 10 * second);
    expect(clock.values.get('FLOW')).toBe(7.5);
    expect(clock.scheduler.status('purge')).toMatchObject({
      state: 'running',
      running: { step: 'wait for 30 s' },
    });
    await clock.advance(30 * second);
    expect(clock.ended).toEqual(['purge scheduled done']);
    const [run] = clock.scheduler.history('purge');
    expect(run?.steps.map(({ what, state, result }) => [what, state, result])).toEqual([
      ['set gas/flow to 7.5', 'done', undefined],
      ['wait for 30 s', 'done', undefined],
      ['gas/flow is at-least 7, else stop', 'done', '7.5'],
      ['query gas: FLOW?', 'done', '7.5'],
      ['notify: done', 'done', undefined],
    ]);
    expect(clock.notices.at(-1)).toMatchObject({ job: 'purge', level: 'warn', message: 'done' });
  });

  it('lead a value along a ramp from where it is, and end exactly where they are to', async () => {
    using clock = bench(`{ do = "ramp", ${target}, to = 30.1, overS = 60, everyS = 10 }`);
    clock.values.set('FLOW', 0.1);
    await clock.advance(minute + 29 * second);
    expect(clock.values.get('FLOW')).toBeCloseTo(10.1, 6);
    await clock.advance(31 * second);
    expect(clock.values.get('FLOW')).toBe(30.1);
    const written = clock.line.written.filter((text) => text.startsWith('FLOW '));
    expect(written).toHaveLength(6);
    expect(clock.ended).toEqual(['purge scheduled done']);
  });

  it('leave a ramp where it is when somebody stops it', async () => {
    using clock = bench(`{ do = "ramp", ${target}, from = 10, to = 20, overS = 100, everyS = 1 }`);
    await clock.advance(minute + 50 * second);
    await clock.scheduler.stop('purge', ada);
    await clock.advance(minute);
    expect(clock.values.get('FLOW')).toBe(15);
    expect(clock.ended).toEqual(['purge scheduled stopped']);
    expect(clock.runs.at(-1)?.reason).toBe('stopped by ada.py by http');
  });

  it('end where a condition does not hold: the run fails, or the rest is left out', async () => {
    const set = `{ do = "set", ${target}, value = 50 }`;
    const condition = `do = "condition", ${target}, is = "below", value = 3`;
    using stops = bench(`{ ${condition} }, ${set}`);
    using skips = bench(`{ ${condition}, else = "skip" }, ${set}`);
    for (const clock of [stops, skips]) {
      clock.values.set('FLOW', 5);
      await clock.advance(2 * minute);
      expect(clock.values.get('FLOW')).toBe(5);
    }
    expect(stops.runs.at(-1)).toMatchObject({
      state: 'failed',
      code: 'CONDITION_FAILED',
      reason: 'gas/flow is 5, not below 3',
    });
    expect(stops.notices.at(-1)?.message).toBe('job purge failed: gas/flow is 5, not below 3');
    expect(skips.ended).toEqual(['purge scheduled done']);
  });

  it('end in their time with an instrument that does not answer', async () => {
    using clock = bench(`{ do = "query", instrument = "gas", message = "LEVEL?", timeoutS = 0.5 }`);
    await clock.advance(2 * minute);
    expect(clock.ended).toEqual(['purge scheduled failed']);
    expect(clock.runs.at(-1)?.reason).toMatch(/had not ended after 500 ms/);
  });

  it('are done by nobody else meanwhile when the job holds its instruments', async () => {
    using clock = bench(
      `{ do = "set", ${target}, value = 5 }, { do = "wait", forS = 60 }, { do = "set", ${target}, value = 6 }`,
      'lease = true',
    );
    await clock.advance(minute + second);
    const written = clock.instrument.write('flow', 99, ada, { waitMs: 10 * minute });
    await clock.advance(30 * second);
    expect(clock.values.get('FLOW')).toBe(5);
    expect(clock.instrument.port.status().leases.map(({ owner }) => owner.program)).toEqual([
      'signalbox job purge',
    ]);
    await clock.advance(40 * second);
    await written;
    expect(clock.line.written.filter((text) => text.startsWith('FLOW '))).toEqual([
      'FLOW 5\n',
      'FLOW 6\n',
      'FLOW 99\n',
    ]);
  });

  it('are looked at before they are run: a job that cannot be run says why', () => {
    using clock = bench(`{ do = "set", ${target}, value = 101 }`);
    expect(clock.scheduler.status('purge')).toMatchObject({
      state: 'faulty',
      reason: '101 is outside the limits of flow: 0 to 100',
      next: [],
    });
    expect(() => clock.scheduler.runNow('purge', ada)).toThrow(/outside the limits/);
    expect(() =>
      bench(`{ do = "set", instrument = "gsa", parameter = "flow", value = 1 }`),
    ).toThrow(/jobs.purge.steps.0.instrument: no instrument 'gsa'; did you mean 'gas'/);
    expect(() =>
      bench(`{ do = "ramp", instrument = "gas", parameter = "flw", to = 1, overS = 1 }`),
    ).toThrow(/no parameter 'flw'; did you mean 'flow'/);
    expect(() =>
      bench(`{ do = "query", instrument = "gas", message = "X?" }`, 'delivery = "at-least-once"'),
    ).toThrow(/say idempotent = true/);
    expect(() => bench(`{ do = "wait", forS = 1 }`, '', 'cron = "61 6 * * *"')).toThrow(
      /jobs.purge.cron: must be five fields/,
    );
    expect(() => bench(`{ do = "wait", forS = 1 }`, '', 'cron = "0 6 31 2 *"')).toThrow(
      /jobs.purge.cron: never comes/,
    );
    expect(() => bench(`{ do = "wait", forS = 1 }`, '', 'time = "6:00"')).toThrow(
      /weekdays: is missing/,
    );
  });
});

describe('the runs of a job', () => {
  const slow = `{ do = "wait", forS = 150 }`;
  const often = 'cron = "* * * * *"';

  it('never overlap: a later one is left out, and the history says so', async () => {
    using clock = bench(slow, '', often);
    await clock.advance(3 * minute + second);
    expect(clock.ended).toEqual(['purge scheduled skipped', 'purge scheduled skipped']);
    await clock.advance(minute);
    expect(clock.ended[2]).toBe('purge scheduled done');
    expect(clock.scheduler.history('purge').at(-2)).toMatchObject({
      state: 'skipped',
      reason: 'the run before it was not over',
      attempts: 0,
    });
  });

  it('wait for the one before where that is wished, one at most', async () => {
    using clock = bench(slow, 'whileRunning = "wait"', often);
    await clock.advance(4 * minute);
    // The second waited and runs; the third found the place taken.
    expect(clock.ended).toEqual(['purge scheduled skipped', 'purge scheduled done']);
    expect(clock.scheduler.status('purge')).toMatchObject({ state: 'running' });
    expect(() => clock.scheduler.runNow('purge', ada)).toThrow(/runs already/);
  });

  it('at least once go on after a crash from the step that was not done; at most once are given up', async () => {
    const steps = `{ do = "set", ${target}, value = 1 }, { do = "wait", forS = 20 }, { do = "set", ${target}, value = 2 }`;
    using again = bench(steps, 'delivery = "at-least-once"');
    using never = bench(steps);
    for (const clock of [again, never]) {
      await clock.advance(minute + 10 * second);
      clock.restart();
      await clock.advance(minute);
    }
    expect(again.line.written.filter((text) => text.startsWith('FLOW '))).toEqual([
      'FLOW 1\n',
      'FLOW 2\n',
    ]);
    expect(again.scheduler.history('purge')).toMatchObject([{ state: 'done', attempts: 2 }]);
    expect(never.values.get('FLOW')).toBe(1);
    expect(never.scheduler.history('purge')).toMatchObject([
      { state: 'interrupted', reason: 'the gateway ended while it ran' },
    ]);
    expect(never.notices.at(-1)?.level).toBe('warn');
  });

  it('that an orderly end cuts short are told so, or go on later', async () => {
    using again = bench(`{ do = "wait", forS = 60 }`, 'delivery = "at-least-once"');
    using never = bench(`{ do = "wait", forS = 60 }`);
    for (const clock of [again, never]) {
      await clock.advance(minute + 10 * second);
      await clock.scheduler.close();
      clock.restart();
      await clock.advance(2 * minute);
    }
    expect(again.ended).toEqual(['purge scheduled done']);
    expect(never.ended).toEqual(['purge scheduled interrupted']);
  });

  it('are run where a claim cannot be written only if they may be done twice', async () => {
    using again = bench(`{ do = "set", ${target}, value = 1 }`, 'delivery = "at-least-once"');
    using never = bench(`{ do = "set", ${target}, value = 1 }`);
    for (const clock of [again, never]) {
      clock.ledger.claim = () => {
        throw new Error('database or disk is full');
      };
      await clock.advance(3 * minute);
      expect(clock.faults[0]).toBe('database or disk is full');
    }
    expect(again.values.get('FLOW')).toBe(1);
    expect(never.values.get('FLOW')).toBe(0);
    expect(never.notices.at(-1)?.message).toMatch(/was not run: its claim cannot be written/);
  });
});
