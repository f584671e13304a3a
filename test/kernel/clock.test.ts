import { afterEach, describe, expect, it, vi } from 'vitest';
import { longestTimerMs, systemClock } from '../../src/kernel/index.ts';

afterEach(() => void vi.useRealTimers());

describe("the machine's own time", () => {
  it('runs a timer once, not before its time, and not when it is taken back', async () => {
    const ran: string[] = [];
    const startMs = systemClock.monotonic();
    const { promise, resolve } = Promise.withResolvers<void>();
    systemClock.schedule(10, () => ran.push('taken back')).cancel();
    systemClock.schedule(20, () => {
      ran.push('kept');
      resolve();
    });
    await promise;
    // A platform timer may fire a part of a millisecond early.
    expect(systemClock.monotonic() - startMs).toBeGreaterThan(19);
    expect(ran).toEqual(['kept']);
  });

  it('tells the time of day, and time that never goes back', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
    let lastMs = systemClock.monotonic();
    for (let look = 0; look < 1_000; look += 1) {
      const nowMs = systemClock.monotonic();
      expect(nowMs).toBeGreaterThanOrEqual(lastMs);
      lastMs = nowMs;
    }
  });

  it('keeps a delay that no platform timer holds', () => {
    vi.useFakeTimers();
    let ran = 0;
    systemClock.schedule(2 * longestTimerMs + 1_000, () => (ran += 1));
    vi.advanceTimersByTime(longestTimerMs);
    expect(ran).toBe(0);
    vi.advanceTimersByTime(longestTimerMs + 999);
    expect(ran).toBe(0);
    vi.advanceTimersByTime(1);
    expect(ran).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes back a long delay in any of its pieces', () => {
    vi.useFakeTimers();
    const timer = systemClock.schedule(3 * longestTimerMs, () => expect.unreachable());
    vi.advanceTimersByTime(1.5 * longestTimerMs);
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(3 * longestTimerMs);
  });

  it('runs what is overdue as soon as it can', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    systemClock.schedule(-5, resolve);
    await promise;
  });
});
