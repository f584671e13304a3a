import { expect, it } from 'vitest';
import * as locks from '../../../src/locks/shared/index.ts';
import { isFree } from './is-free.ts';

const full: unknown = expect.objectContaining({ code: 'QUEUE_FULL' });
const { sharedEntriesMost } = locks;

it('a read-write lock between threads takes 128 who hold or wait, and refuses the next', async () => {
  expect(sharedEntriesMost).toBe(128);
  const lock = new locks.SharedReadWriteLock({ name: 'table' });
  const held = [lock.acquireReadSync(), await lock.acquireRead()];
  const waiting = Array.from({ length: sharedEntriesMost - held.length }, () =>
    lock.acquireWrite(),
  );
  expect(() => lock.acquireReadSync()).toThrow(full);
  expect(() => lock.acquireWriteSync()).toThrow(full);
  await expect(lock.acquireRead()).rejects.toEqual(full);
  await expect(lock.acquireWrite()).rejects.toThrow('128 hold or wait for table');
  for (const guard of held) guard.release();
  for (const wait of waiting) (await wait).release();
  expect(await isFree(locks, 'table', lock.buffer)).toBe(true);
});

it('who gives up makes room for another', async () => {
  const lock = new locks.SharedReadWriteLock();
  const writing = await lock.acquireWrite();
  for (let turn = 0; turn < 3 * sharedEntriesMost; turn += 1) {
    const controller = new AbortController();
    const waiting =
      turn % 2 === 0
        ? lock.acquireRead({ timeoutMs: 0 })
        : lock.acquireWrite({ signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({
      code: turn % 2 === 0 ? 'WAIT_TIMEOUT' : 'CANCELLED',
    });
  }
  writing.release();
  expect(await isFree(locks, 'table', lock.buffer)).toBe(true);
});

it('readers behind a writer that gives up go on at once', async () => {
  const lock = new locks.SharedReadWriteLock();
  const reading = await lock.acquireRead();
  const controller = new AbortController();
  const writing = lock.acquireWrite({ signal: controller.signal });
  const next = lock.acquireRead();
  controller.abort();
  await expect(writing).rejects.toMatchObject({ code: 'CANCELLED' });
  (await next).release();
  reading.release();
  expect(await isFree(locks, 'table', lock.buffer)).toBe(true);
});
