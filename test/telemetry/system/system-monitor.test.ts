import { describe, expect, it } from 'vitest';
import { ManualClock, systemClock } from '../../../src/kernel/index.ts';
import { sampledForMs, sampleEveryMs, SystemMonitor } from '../../../src/telemetry/index.ts';
import type { SystemSample } from '../../../src/telemetry/index.ts';

const counts = (): { ports: number; instruments: number; clients: number } => ({
  ports: 2,
  instruments: 3,
  clients: 4,
});

describe('the monitor of the process', () => {
  it('gives a sample before it looks for the first time', () => {
    using monitor = new SystemMonitor({ clock: new ManualClock(), counts });
    expect(monitor.latest()).toMatchObject({ ports: 2, instruments: 3, clients: 4, cpuShare: 0 });
    expect(monitor.latest().rssBytes).toBeGreaterThan(1_000_000);
    expect(monitor.history()).toEqual([]);
  });

  it('looks every two seconds, tells of each look, and keeps an hour of them', async () => {
    const clock = new ManualClock();
    using monitor = new SystemMonitor({ clock, counts });
    const told: SystemSample[] = [];
    monitor.events.on('sampled', (sample) => told.push(sample));
    monitor.start();
    await clock.advance(3 * sampleEveryMs);
    expect(monitor.history()).toEqual(told);
    expect(told.map(({ atMs }) => atMs)).toEqual(
      [1, 2, 3].map((nth) => clock.now() - (3 - nth) * sampleEveryMs),
    );
    expect(monitor.latest()).toBe(told[2]);
    await clock.advance(sampledForMs);
    const history = monitor.history();
    expect(history).toHaveLength(sampledForMs / sampleEveryMs);
    expect(history[0]?.atMs).toBe(clock.now() - sampledForMs + sampleEveryMs);
  });

  it('ends with its disposal: no timer of it is left', async () => {
    const clock = new ManualClock();
    const monitor = new SystemMonitor({ clock, counts });
    monitor.start();
    await clock.advance(sampleEveryMs);
    expect(clock.pendingCount).toBe(1);
    monitor[Symbol.dispose]();
    expect(clock.pendingCount).toBe(0);
  });

  it('finds that the clock of the machine was set, and which way', async () => {
    const clock = new ManualClock();
    using monitor = new SystemMonitor({ clock, counts });
    monitor.start();
    await clock.advance(sampleEveryMs);
    expect(monitor.clockSteps()).toEqual([]);
    clock.jump(-90_000);
    await clock.advance(sampleEveryMs);
    expect(monitor.clockSteps()).toEqual([{ atMs: clock.now(), byMs: -90_000 }]);
    // What a time server corrects is no step.
    clock.jump(500);
    await clock.advance(sampleEveryMs);
    expect(monitor.clockSteps()).toHaveLength(1);
  });

  it('measures the CPU that was used, and how long the event loop was held up', async () => {
    using monitor = new SystemMonitor({ clock: systemClock, counts });
    const sampled = Promise.withResolvers<SystemSample>();
    monitor.events.on('sampled', sampled.resolve);
    monitor.start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const busyMs = 300;
    const { user, system } = process.cpuUsage();
    const isBusy = (): boolean => {
      const now = process.cpuUsage();
      return now.user + now.system - user - system < busyMs * 1_000;
    };
    while (isBusy());
    const { cpuShare, eventLoopDelay, openFiles = 0 } = await sampled.promise;
    expect(cpuShare).toBeGreaterThan(0.01);
    expect(eventLoopDelay.longestMs).toBeGreaterThan(0.8 * busyMs);
    expect(eventLoopDelay.longestMs).toBeGreaterThan(eventLoopDelay.p50Ms);
    expect(openFiles).toBeGreaterThan(3);
  });
});
