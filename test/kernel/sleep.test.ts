import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ManualClock, sleep, SignalboxError } from '../../src/kernel/index.ts';

describe('a sleep', () => {
  it('lasts as long as it was told, by its clock', async () => {
    const clock = new ManualClock();
    let isOver = false;
    const sleeping = sleep(clock, 100).then(() => (isOver = true));
    await clock.advance(99);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await sleeping;
  });

  it('ends early with an error when it is cancelled, and leaves neither timer nor listener', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const sleeping = sleep(clock, 100, stop.signal);
    const ended = expect(sleeping).rejects.toMatchObject({ code: 'CANCELLED' });
    stop.abort();
    await ended;
    expect(clock.pendingCount).toBe(0);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('leaves no listener when it has ended by itself', async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    const sleeping = sleep(clock, 5, signal);
    await clock.advance(5);
    await sleeping;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('does not begin when it is cancelled before', async () => {
    const clock = new ManualClock();
    const reason = new SignalboxError('CLOSED', 'the gateway closes');
    await expect(sleep(clock, 5, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(clock.pendingCount).toBe(0);
  });
});
