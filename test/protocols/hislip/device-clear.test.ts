import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import {
  HislipClientClear,
  hislipClearMs,
  HislipServerClear,
} from '../../../src/protocols/index.ts';

describe('a device clear', () => {
  it.each([
    ['is not done by a server that cannot', false, true, 1, 0, 0],
    ['is done when the client asks for it', true, false, 1, 0, 1],
    ['is not done when the client does not ask for it', true, true, 0, 1, 0],
    ['is all that is done of what a client asks for', true, true, 7, 1, 1],
  ])('settles the mode: overlap %s', (_, canOverlap, prefersOverlap, asked, proposed, agreed) => {
    const clear = new HislipServerClear({ canOverlap, prefersOverlap, clock: new ManualClock() });
    expect(clear.begin()).toEqual({ type: 'AsyncDeviceClearAcknowledge', features: proposed });
    expect(clear.isUnderWay).toBe(true);
    expect(clear.complete(asked)).toEqual({
      kind: 'cleared',
      isOverlap: agreed === 1,
      answer: { type: 'DeviceClearAcknowledge', features: agreed },
    });
    expect(clear.isUnderWay).toBe(false);
  });

  it('that was not begun cannot be completed', () => {
    const clear = new HislipServerClear({ canOverlap: true, clock: new ManualClock() });
    expect(clear.complete(0)).toMatchObject({
      kind: 'refused',
      answer: { type: 'Error', code: 0 },
    });
  });

  it('may be begun again, and is not waited for without end', async () => {
    const clock = new ManualClock();
    const clear = new HislipServerClear({ canOverlap: true, clock });
    expect(clear.isOverdue).toBe(false);
    clear.begin();
    await clock.advance(hislipClearMs - 1);
    expect(clear.isOverdue).toBe(false);
    clear.begin();
    await clock.advance(hislipClearMs - 1);
    expect(clear.isOverdue).toBe(false);
    await clock.advance(1);
    expect(clear.isOverdue).toBe(true);
    clear.complete(0);
    expect(clear.isOverdue).toBe(false);
  });

  it('goes step by step on the side of the client', () => {
    const clear = new HislipClientClear();
    expect(clear.acknowledged()).toBeUndefined();
    expect(clear.completed(0)).toBeUndefined();
    expect(clear.begin()).toEqual({ type: 'AsyncDeviceClear' });
    expect(clear.isUnderWay).toBe(true);
    expect(clear.completed(0)).toBeUndefined();
    expect(clear.acknowledged()).toEqual({ type: 'DeviceClearComplete', features: 0 });
    expect(clear.acknowledged()).toBeUndefined();
    expect(clear.completed(1)).toEqual({ isOverlap: true });
    expect(clear.isUnderWay).toBe(false);
    const other = new HislipClientClear(true);
    other.begin();
    expect(other.acknowledged()).toEqual({ type: 'DeviceClearComplete', features: 1 });
    expect(other.completed(0)).toEqual({ isOverlap: false });
  });
});
