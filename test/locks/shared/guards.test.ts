import { threadId } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import * as locks from '../../../src/locks/shared/index.ts';
import { newPlace, wayTo } from './rooms.ts';
import type { Role } from './rooms.ts';

describe.each<Role>(['mutex', 'read', 'write'])('a hold between threads (%s)', (role) => {
  const place = newPlace(locks, role);
  const way = wayTo(locks, place);
  const rival = wayTo(locks, role === 'read' ? { ...place, role: 'write' } : place);
  const isHeld = async (): Promise<boolean> => {
    const waiting = rival.acquire({ timeoutMs: 0 });
    return await waiting.then(
      (guard) => (guard.release(), false),
      () => true,
    );
  };

  it('ends once, and does not end that of another', async () => {
    const first = await way.acquire();
    first.release();
    const second = await way.acquire();
    first.release();
    expect(await isHeld()).toBe(true);
    second.release();
    expect(await isHeld()).toBe(false);
  });

  it('ends with the block that it was made for', async () => {
    {
      using _held = way.acquireSync();
      expect(await isHeld()).toBe(true);
    }
    expect(await isHeld()).toBe(false);
    {
      await using _held = await way.acquire();
      expect(await isHeld()).toBe(true);
    }
    expect(await isHeld()).toBe(false);
  });

  it('keeps out other tasks of its thread as well, until it ends', async () => {
    const held = await rival.acquire();
    const done = new Set<number>();
    const waits = [1, 2, 3].map(async (number) => {
      using _held = await way.acquire();
      done.add(number);
    });
    expect(done.size).toBe(0);
    held.release();
    await Promise.all(waits);
    expect(done.size).toBe(3);
  });
});

describe('a mutex between threads', () => {
  it('says which thread holds it', () => {
    const mutex = new locks.SharedMutex();
    expect(mutex.holderThreadId).toBeUndefined();
    const guard = mutex.acquireSync();
    expect(mutex.holderThreadId).toBe(threadId);
    guard.release();
    expect(mutex.holderThreadId).toBeUndefined();
  });

  it('is taken without a wait, or not at all', () => {
    const mutex = new locks.SharedMutex();
    const guard = mutex.tryAcquire();
    expect(guard).toMatchObject({ abandoned: false });
    expect(mutex.tryAcquire()).toBeUndefined();
    guard?.release();
    expect(mutex.tryAcquire()).toBeDefined();
  });
});
