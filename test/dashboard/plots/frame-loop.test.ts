import { describe, expect, test } from 'vitest';

import { FrameLoop } from '../../../dashboard/src/plots/frame-loop.ts';

/** Frames that come when a test says so. */
function frames() {
  const asked = new Map<number, () => void>();
  let count = 0;
  return {
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
