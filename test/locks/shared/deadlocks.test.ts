import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as locks from '../../../src/locks/shared/index.ts';
import { Plantation } from '../../support/plantation.ts';
import { randomFrom } from '../../support/random.ts';
import { Board } from './board.ts';
import { isFree } from './is-free.ts';
import { deafRoom, importRoom, newPlace, realRoom } from './rooms.ts';
import type { Room } from './rooms.ts';
import { Thread } from './thread.ts';

const deadlock: unknown = expect.objectContaining({ code: 'DEADLOCK' });

describe('a thread that would block itself', () => {
  let thread: Thread;

  beforeAll(async () => {
    thread = await Thread.start(realRoom);
  });
  afterAll(() => thread[Symbol.asyncDispose]());

  it('is refused a mutex that it holds', async () => {
    const mutex = new locks.SharedMutex();
    const guard = await mutex.acquire();
    expect(() => mutex.acquireSync()).toThrow(deadlock);
    expect(mutex.holderThreadId).toBeDefined();
    guard.release();
    expect(await isFree(locks, 'mutex', mutex.buffer)).toBe(true);
  });

  it('is refused to read or write what it writes, and to write what it reads', async () => {
    const lock = new locks.SharedReadWriteLock();
    const writing = await lock.acquireWrite();
    expect(() => lock.acquireReadSync()).toThrow(deadlock);
    expect(() => lock.acquireWriteSync()).toThrow(deadlock);
    writing.release();
    const reading = await lock.acquireRead();
    expect(() => lock.acquireWriteSync()).toThrow(deadlock);
    reading.release();
    expect(await isFree(locks, 'table', lock.buffer)).toBe(true);
  });

  it('may read again what it reads, unless a writer waits', async () => {
    const lock = new locks.SharedReadWriteLock();
    const reading = lock.acquireReadSync();
    lock.acquireReadSync().release();
    const writing = lock.acquireWrite();
    expect(() => lock.acquireReadSync()).toThrow(deadlock);
    reading.release();
    (await writing).release();
    expect(await isFree(locks, 'table', lock.buffer)).toBe(true);
  });

  it('waits for what only another holds', async () => {
    const place = newPlace(locks, 'write');
    const taking = { room: realRoom, place, isSync: true };
    await thread.do({ do: 'take', taking });
    const lock = new locks.SharedReadWriteLock({ buffer: place.buffer });
    expect(() => lock.acquireReadSync(0)).toThrow(
      expect.objectContaining({ code: 'WAIT_TIMEOUT' }),
    );
    await thread.do({ do: 'release', place });
    expect(await isFree(locks, 'table', place.buffer)).toBe(true);
  });

  /** Reads again and again what it reads already, while another thread decides. */
  const readAgain = async (room: string, turns: number): Promise<unknown> => {
    const { SharedReadWriteLock }: Room = await importRoom(room);
    const lock = new SharedReadWriteLock();
    const board = new Board();
    using _reading = lock.acquireReadSync();
    const part = {
      kind: 'readers',
      buffer: lock.buffer,
      board: board.buffer,
      player: 1,
      turns,
      draws: Float64Array.from({ length: turns }, randomFrom()),
      isPatient: false,
    } as const;
    const play = { isOver: false };
    const playing = thread.do({ do: 'play', room, part }).then(() => (play.isOver = true));
    let wrong: unknown;
    while (!play.isOver) {
      try {
        for (let left = 500; left > 0; left -= 1) lock.acquireReadSync().release();
      } catch (error) {
        wrong ??= error;
      }
      await new Promise(setImmediate);
    }
    await playing;
    return wrong;
  };

  it('is not one that has to wait until another thread has decided', async () => {
    expect(await readAgain(realRoom, 1_000)).toBeUndefined();
  });

  it('is taken for one if what is not decided counts as refused', async () => {
    using plantation = new Plantation();
    const room = deafRoom(plantation, {
      bug: 'what is not decided counts as refused',
      file: 'shared/shared-read-write-lock.ts',
      find: 'if (!this.#isDecided() || !this.#isHeldHere()) return false;',
      replace: 'if (!this.#isHeldHere()) return false;',
    });
    expect(await readAgain(room, 1_000)).toEqual(deadlock);
  });
});
