import { describe, expect, it, vi } from 'vitest';
import type { Owner } from '../../src/kernel/index.ts';
import { ScheduleBench } from './schedule-bench.ts';

const ada: Owner = { id: 'ada', program: 'test', door: 'http', sinceMs: 0 };
const minutes = 60_000;

const notify = `steps = [{ do = "notify", message = "now" }]`;

describe('a scheduler', () => {
  it('runs a job at its time, and not a millisecond before', async () => {
    using bench = new ScheduleBench(
      '2026-11-30T05:58:00+01:00',
      `[jobs.purge]\ncron = "0 6 * * *"\n${notify}`,
    );
    await bench.advance(2 * minutes - 1);
    expect(bench.runs).toEqual([]);
    await bench.advance(1);
    expect(bench.ended).toEqual(['purge scheduled done']);
    expect(bench.notices.map(({ message }) => message)).toEqual(['now']);
    const [run] = bench.scheduler.history('purge');
    expect(run).toMatchObject({ slot: '2026-11-30T06:00', fold: 0, by: 'schedule', attempts: 1 });
  });

  it('runs what was added while its ledger could not be written', async () => {
    using bench = new ScheduleBench('2026-11-30T05:58:00+01:00', '');
    vi.spyOn(bench.ledger, 'remember').mockImplementationOnce(() => {
      throw new Error('the disk is full');
    });
    bench.source.replace(
      `[schedules]\ntimeZone = "Europe/Vienna"\n[jobs.purge]\ncron = "0 6 * * *"\n${notify}`,
    );
    await bench.advance(2 * minutes);
    expect(bench.ended).toEqual(['purge scheduled done']);
    expect(bench.faults).toEqual([expect.stringContaining('full')]);
  });

  it('takes in within a minute what changed while its ledger could not be read, and tells it once', async () => {
    using bench = new ScheduleBench('2026-11-30T05:50:00+01:00', '');
    const marks = vi.spyOn(bench.ledger, 'marks').mockImplementation(() => {
      throw new Error('the disk does not answer');
    });
    bench.source.replace(
      `[schedules]\ntimeZone = "Europe/Vienna"\n[jobs.purge]\ncron = "0 6 * * *"\n${notify}`,
    );
    await bench.advance(3 * minutes);
    expect(bench.scheduler.size).toBe(0);
    expect(bench.faults).toEqual([expect.stringContaining('does not answer')]);
    marks.mockRestore();
    await bench.advance(minutes);
    expect(bench.scheduler.size).toBe(1);
    await bench.advance(6 * minutes);
    expect(bench.ended).toEqual(['purge scheduled done']);
  });

  it('writes down later what its ledger could not take when it was added', async () => {
    using bench = new ScheduleBench('2026-11-30T05:50:00+01:00', '');
    vi.spyOn(bench.ledger, 'remember').mockImplementationOnce(() => {
      throw new Error('the disk is full');
    });
    bench.source.replace(
      `[schedules]\ntimeZone = "Europe/Vienna"\n[jobs.purge]\ncron = "0 6 * * *"\n${notify}`,
    );
    await bench.advance(2 * minutes);
    expect(bench.ledger.marks().has('purge')).toBe(true);
  });

  it('shows the next five runs with their offset, and runs nothing for it', () => {
    using bench = new ScheduleBench(
      '2026-10-23T12:00:00+02:00',
      `[jobs.purge]\ntime = "02:30"\nweekdays = ["saturday", "sunday"]\noverlap = "both"\n${notify}`,
    );
    const { next, steps } = bench.scheduler.dryRun('purge');
    expect(next.map((each) => each.at)).toEqual([
      '2026-10-24T02:30+02:00',
      '2026-10-25T02:30+02:00',
      '2026-10-25T02:30+01:00',
      '2026-10-31T02:30+01:00',
      '2026-11-01T02:30+01:00',
    ]);
    expect(steps).toEqual(['notify: now']);
    expect(bench.scheduler.status('purge').next).toEqual(next);
    expect(bench.scheduler.history()).toEqual([]);
  });

  it('catches up once what a machine that was off has missed, when it is not too late', async () => {
    using bench = new ScheduleBench(
      '2026-11-30T05:58:00+01:00',
      `[jobs.often]\ncron = "*/5 * * * *"\n${notify}
[jobs.purge]\ncron = "0 6 * * *"\ngraceS = 60\n${notify}`,
    );
    bench.clock.jump(62 * minutes);
    bench.restart();
    await bench.advance(0);
    expect(bench.ended).toEqual(['purge scheduled missed', 'often scheduled done']);
    bench.clock.jump(3 * minutes + 60_000);
    bench.restart();
    await bench.advance(0);
    expect(bench.ended).toHaveLength(2);
  });

  it('switches off what runs once, with when it ran, in one change', async () => {
    using bench = new ScheduleBench(
      '2026-11-30T05:58:00+01:00',
      `[jobs.purge]\nonce = "2026-11-30T06:00"\n${notify}`,
    );
    await bench.advance(3 * minutes);
    expect(bench.source.changes).toMatchObject([
      { name: 'purge', enabled: false, lastRun: '2026-11-30T06:00+01:00' },
    ]);
    expect(bench.scheduler.status('purge')).toMatchObject({ state: 'off', enabled: false });
  });

  it('runs now what somebody asks for, besides its times', async () => {
    using bench = new ScheduleBench(
      '2026-11-30T05:58:00+01:00',
      `[jobs.purge]\ncron = "0 6 * * *"\n${notify}`,
    );
    bench.scheduler.runNow('purge', ada);
    await bench.advance(3 * minutes);
    expect(bench.ended).toEqual(['purge manual done', 'purge scheduled done']);
    expect(bench.scheduler.history('purge')[1]).toMatchObject({ by: 'test by http' });
    expect(() => bench.scheduler.runNow('prge', ada)).toThrow(/did you mean purge/);
  });
});
