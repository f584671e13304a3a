import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasCode } from '../../../src/kernel/index.ts';
import * as locks from '../../../src/locks/shared/index.ts';
import { isFree } from './is-free.ts';
import { newPlace, realRoom, wayTo } from './rooms.ts';
import type { Place, Role, Way } from './rooms.ts';
import { Thread } from './thread.ts';

describe.each<Role>(['mutex', 'read', 'write'])('a wait between threads (%s)', (role) => {
  let thread: Thread;

  beforeAll(async () => {
    thread = await Thread.start(realRoom);
  });
  afterAll(() => thread[Symbol.asyncDispose]());

  /** A place that the other thread holds, and the way there. */
  const heldElsewhere = async (): Promise<{ place: Place; way: Way }> => {
    const place = newPlace(locks, role);
    const held = { ...place, role: role === 'mutex' ? role : 'write' } as const;
    await thread.do({ do: 'take', taking: { room: realRoom, place: held, isSync: true } });
    return { place, way: wayTo(locks, place) };
  };
  const isFreeAfterwards = async (place: Place): Promise<boolean> => {
    await thread.do({ do: 'release', place });
    return await isFree(locks, role === 'mutex' ? 'mutex' : 'table', place.buffer);
  };
  const codeOf = async (waiting: () => unknown): Promise<unknown> => {
    try {
      await waiting();
      return 'held';
    } catch (error) {
      return (error as { readonly code?: unknown }).code;
    }
  };

  it.each([0, 15])('ends after its timeout of %d ms, blocked or not', async (timeoutMs) => {
    const { place, way } = await heldElsewhere();
    expect(await codeOf(() => way.acquireSync(timeoutMs))).toBe('WAIT_TIMEOUT');
    expect(await codeOf(() => way.acquire({ timeoutMs }))).toBe('WAIT_TIMEOUT');
    expect(await isFreeAfterwards(place)).toBe(true);
  });

  it('says what was not free, and for how long', async () => {
    const { place, way } = await heldElsewhere();
    const error: unknown = await way.acquire({ timeoutMs: 3 }).catch((error: unknown) => error);
    expect(hasCode(error, 'WAIT_TIMEOUT')).toBe(true);
    expect(error).toMatchObject({
      message: 'a shared lock was not free within 3 ms',
      details: { resource: 'a shared lock', timeoutMs: 3 },
    });
    expect(await isFreeAfterwards(place)).toBe(true);
  });

  it('takes what is free with a timeout of 0', async () => {
    const place = newPlace(locks, role);
    const way = wayTo(locks, place);
    way.acquireSync(0).release();
    (await way.acquire({ timeoutMs: 0 })).release();
    expect(await isFreeAfterwards(place)).toBe(true);
  });

  it.each([-1, Number.NaN])('refuses a timeout of %d, held or free', async (timeoutMs) => {
    const { place, way } = await heldElsewhere();
    const free = wayTo(locks, newPlace(locks, role));
    for (const each of [way, free]) {
      expect(await codeOf(() => each.acquireSync(timeoutMs))).toBe('BAD_ARGUMENT');
      expect(await codeOf(() => each.acquire({ timeoutMs }))).toBe('BAD_ARGUMENT');
    }
    expect(await isFreeAfterwards(place)).toBe(true);
  });

  it('is granted what another releases, blocked or not', async () => {
    const { place, way } = await heldElsewhere();
    const waiting = way.acquire();
    await thread.do({ do: 'release', place });
    const guard = await waiting;
    const taking = { room: realRoom, place, isSync: true, isShort: true, timeoutMs: Infinity };
    const blocked = thread.do({ do: 'take', taking });
    guard.release();
    expect(await blocked).toMatchObject({ how: 'held', abandoned: false });
    expect(await isFreeAfterwards(place)).toBe(true);
  });
});
