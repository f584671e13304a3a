import { sharedEntriesMost } from '../../../src/locks/index.ts';
import type { Room } from './rooms.ts';

/** Whether all of a lock can be had: nobody holds it, or a part of it. */
export async function isFree(
  room: Room,
  kind: 'mutex' | 'table',
  buffer: SharedArrayBuffer,
): Promise<boolean> {
  if (kind === 'mutex') {
    const guard = new room.SharedMutex({ buffer }).tryAcquire();
    guard?.release();
    return guard !== undefined;
  }
  const lock = new room.SharedReadWriteLock({ buffer });
  try {
    (await lock.acquireWrite({ timeoutMs: 0 })).release();
    const reading = Array.from({ length: sharedEntriesMost }, () =>
      lock.acquireRead({ timeoutMs: 0 }),
    );
    for (const guard of await Promise.all(reading)) guard.release();
    return true;
  } catch {
    return false;
  }
}
