import { describe, expect, it } from 'vitest';
import * as locks from '../../../src/locks/shared/index.ts';
import { newPlace, realRoom, wayTo } from './rooms.ts';
import { Thread } from './thread.ts';

describe('a thread that is watched', () => {
  it('gives back all that it holds, of each lock', async () => {
    await using thread = await Thread.start(realRoom);
    const places = [newPlace(locks, 'mutex'), newPlace(locks, 'write'), newPlace(locks, 'mutex')];
    const ways = places.map((place) => wayTo(locks, place));
    using _watch = locks.watchThread(thread.worker, ways);
    for (const place of places) {
      await thread.do({ do: 'take', taking: { room: realRoom, place, isSync: true } });
    }
    await thread.end('terminate');
    for (const way of ways) {
      using guard = way.acquireSync(0);
      expect(guard.abandoned).toBe(true);
    }
    for (const way of ways) {
      using guard = way.acquireSync(0);
      expect(guard.abandoned).toBe(false);
    }
  });

  it('keeps what it holds when it is not watched any more, until somebody says that it ended', async () => {
    await using thread = await Thread.start(realRoom);
    const { threadId } = thread.worker;
    const place = newPlace(locks, 'mutex');
    const mutex = new locks.SharedMutex({ buffer: place.buffer });
    locks.watchThread(thread.worker, [mutex])[Symbol.dispose]();
    await thread.do({ do: 'take', taking: { room: realRoom, place, isSync: true } });
    await thread.end('exit');
    expect(mutex.holderThreadId).toBe(threadId);
    expect(mutex.tryAcquire()).toBeUndefined();
    mutex.abandonBy(threadId);
    expect(mutex.tryAcquire()).toMatchObject({ abandoned: true });
  });

  it('takes nothing from others when it ends', async () => {
    await using thread = await Thread.start(realRoom);
    const places = [newPlace(locks, 'mutex'), newPlace(locks, 'write')];
    const ways = places.map((place) => wayTo(locks, place));
    using _watch = locks.watchThread(thread.worker, ways);
    const guards = ways.map((way) => way.acquireSync());
    await thread.end('throw');
    for (const way of ways) await expect(way.acquire({ timeoutMs: 0 })).rejects.toBeDefined();
    for (const guard of guards) guard.release();
    for (const way of ways) {
      using guard = way.acquireSync(0);
      expect(guard.abandoned).toBe(false);
    }
  });
});
