import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SharedGuard } from '../../../src/locks/index.ts';
import type * as shared from '../../../src/locks/shared/index.ts';
import type { WaitOptions } from '../../../src/locks/index.ts';
import type { Mutant, Plantation } from '../../support/plantation.ts';

/** The locks between threads: the real ones, or some with a planted bug. */
export type Room = typeof shared;

const index = 'locks/shared/index.ts';

/** Where threads import the real locks from. */
export const realRoom: string = new URL(`../../../src/${index}`, import.meta.url).href;

/**
 * Sleepers look again by themselves after a while, which hides that nobody woke them. These do not:
 * a wake-up that is lost is lost for ever.
 */
const deaf: Mutant = {
  bug: 'who sleeps does not look again by itself',
  file: 'shared/shared-wait.ts',
  find: 'const sleepMs = 1_000;',
  replace: 'const sleepMs = 2_147_483_647;',
};

/** Locks whose sleepers have to be woken, with bugs planted in them; where threads import them from. */
export function deafRoom(plantation: Plantation, ...bugs: readonly Mutant[]): string {
  return pathToFileURL(join(plantation.sow('locks', [deaf, ...bugs]), index)).href;
}

export async function importRoom(room: string): Promise<Room> {
  return (await import(room)) as Room;
}

/** How a lock is held. */
export type Role = 'mutex' | 'read' | 'write';

/** A lock that is to be held in one way: it can be sent to a thread. */
export interface Place {
  readonly role: Role;
  readonly buffer: SharedArrayBuffer;
}

/** A place as a thread uses it. */
export interface Way {
  acquireSync(timeoutMs?: number): SharedGuard;
  acquire(options?: WaitOptions): Promise<SharedGuard>;
  abandonBy(threadId: number): void;
}

export function newPlace(room: Room, role: Role): Place {
  const lock = role === 'mutex' ? new room.SharedMutex() : new room.SharedReadWriteLock();
  return { role, buffer: lock.buffer };
}

export function wayTo(room: Room, { role, buffer }: Place): Way {
  if (role === 'mutex') return new room.SharedMutex({ buffer });
  const lock = new room.SharedReadWriteLock({ buffer });
  const abandonBy = (threadId: number): void => lock.abandonBy(threadId);
  return role === 'read'
    ? {
        acquireSync: (timeoutMs) => lock.acquireReadSync(timeoutMs),
        acquire: (options) => lock.acquireRead(options),
        abandonBy,
      }
    : {
        acquireSync: (timeoutMs) => lock.acquireWriteSync(timeoutMs),
        acquire: (options) => lock.acquireWrite(options),
        abandonBy,
      };
}
