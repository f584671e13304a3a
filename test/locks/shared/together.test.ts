import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as locks from '../../../src/locks/shared/index.ts';
import { Crew } from './crew.ts';
import { isFree } from './is-free.ts';
import { newPlace, realRoom, wayTo } from './rooms.ts';

describe('threads that read', () => {
  const crew = new Crew(3);

  beforeAll(() => crew.complete());
  afterAll(() => crew[Symbol.asyncDispose]());

  it('all have the lock at the same time, and a writer has it when the last one has left', async () => {
    const place = newPlace(locks, 'write');
    const reading = { ...place, role: 'read' } as const;
    const lock = wayTo(locks, place);
    for (const [index, thread] of crew.threads.entries()) {
      const taking = { room: realRoom, place: reading, isSync: index % 2 === 0 };
      expect(await thread.do({ do: 'take', taking })).toMatchObject({ how: 'held', turn: index });
    }
    const here = await wayTo(locks, reading).acquire();
    let isWriting = false;
    const waiting = lock.acquire().then((guard) => {
      isWriting = true;
      return guard;
    });
    for (const thread of crew.threads) {
      expect(isWriting).toBe(false);
      await thread.do({ do: 'release', place });
    }
    expect(isWriting).toBe(false);
    here.release();
    const writing = await waiting;
    for (const thread of crew.threads) {
      const taking = { room: realRoom, place: reading, isSync: true, timeoutMs: 0 };
      expect(await thread.do({ do: 'take', taking })).toEqual({
        how: 'refused',
        code: 'WAIT_TIMEOUT',
      });
    }
    writing.release();
    expect(await isFree(locks, 'table', place.buffer)).toBe(true);
  });
});
