import { describe, expect, test } from 'vitest';

import {
  calmLeastMs,
  calmMostMs,
  calmMsOf,
  FrameLoop,
} from '../../../dashboard/src/plots/frame-loop.ts';

/** Frames that come when a test says so. */
function frames() {
  const asked = new Map<number, () => void>();
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  let count = 0;
  let nowMs = 0;
  return {
    now: (): number => nowMs,
    later: (callback: () => void, delayMs: number) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pass: (ms: number): void => {
      nowMs += ms;
      for (const timer of timers) {
        if (timer.atMs > nowMs) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
    request(callback: () => void): number {
      count += 1;
      asked.set(count, callback);
      return count;
    },
    cancel: (id: number): void => void asked.delete(id),
    get asked(): number {
      return asked.size;
    },
    next(): void {
      const now = [...asked.values()];
      asked.clear();
      for (const callback of now) callback();
    },
  };
}

function plot() {
  let draws = 0;
  return {
    draw: (): void => void (draws += 1),
    get draws(): number {
      return draws;
    },
  };
}

describe('the frame loop', () => {
  test('draws twenty plots in one frame, each once however often it changed', () => {
    const clock = frames();
    const loop = new FrameLoop(clock);
    const plots = Array.from({ length: 20 }, plot);
    for (const each of plots) {
      loop.add(each);
      loop.setVisible(each, true);
    }
    clock.next();
    clock.pass(calmLeastMs);
    for (let round = 0; round < 10; round += 1) for (const each of plots) loop.invalidate(each);
    expect(clock.asked).toBe(1);
    clock.next();
    expect(plots.map(({ draws }) => draws)).toEqual(Array(20).fill(2));
    expect(clock.asked).toBe(0);
  });

  test('a plot out of sight is not drawn, and is once when it comes back', () => {
    const clock = frames();
    const loop = new FrameLoop(clock);
    const hidden = plot();
    loop.add(hidden);
    loop.invalidate(hidden);
    expect(clock.asked).toBe(0);
    loop.setVisible(hidden, true);
    clock.next();
    loop.setVisible(hidden, false);
    for (let round = 0; round < 5; round += 1) loop.invalidate(hidden);
    expect(clock.asked).toBe(0);
    loop.setVisible(hidden, true);
    clock.next();
    expect(hidden.draws).toBe(2);
  });

  test('what merely came in waits a little, what somebody did does not', () => {
    const clock = frames();
    const loop = new FrameLoop(clock);
    const [one, other] = [plot(), plot()];
    for (const each of [one, other]) {
      loop.add(each);
      loop.setVisible(each, true);
    }
    clock.next();
    for (let ms = 0; ms < 50; ms += 10) {
      clock.pass(10);
      loop.invalidate(one);
      loop.invalidate(other);
      expect(clock.asked).toBe(0);
    }
    clock.pass(calmLeastMs);
    expect(clock.asked).toBe(1);
    clock.next();
    expect([one.draws, other.draws]).toEqual([2, 2]);
    clock.pass(10);
    loop.invalidate(one);
    loop.invalidate(other, 0);
    expect(clock.asked).toBe(1);
    clock.next();
    expect([one.draws, other.draws]).toEqual([3, 3]);
    clock.pass(calmLeastMs);
    expect(clock.asked).toBe(0);
  });

  test('a plot waits until it is a pixel further, and what is sooner comes first', () => {
    expect(calmMsOf(300_000, 600)).toBe(calmMostMs);
    expect(calmMsOf(60_000, 500)).toBe(120);
    expect(calmMsOf(1_000, 500)).toBe(calmLeastMs);
    const clock = frames();
    const loop = new FrameLoop(clock);
    const [slow, fast] = [plot(), plot()];
    for (const each of [slow, fast]) {
      loop.add(each);
      loop.setVisible(each, true);
    }
    clock.next();
    loop.invalidate(slow, calmMostMs);
    loop.invalidate(fast, calmLeastMs);
    clock.pass(calmLeastMs);
    clock.next();
    expect([slow.draws, fast.draws]).toEqual([2, 2]);
  });

  test('nothing is asked for when the last plot is gone', () => {
    const clock = frames();
    const loop = new FrameLoop(clock);
    const only = plot();
    const remove = loop.add(only);
    loop.setVisible(only, true);
    remove();
    expect(clock.asked).toBe(0);
    loop.invalidate(only);
    loop.setVisible(only, true);
    clock.next();
    expect(only.draws).toBe(0);
  });
});
