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

const imported = new Map<string, Room>();

/** Imports it once; from then on it is there at once. */
export function importRoom(room: string): Room | Promise<Room> {
  return imported.get(room) ?? importFirst(room);
}

async function importFirst(room: string): Promise<Room> {
  const locks = (await import(room)) as Room;
  imported.set(room, locks);
  return locks;
}

/** How a lock is held. */
export type Role = 'mutex' | 'read' | 'write';

/** A lock that is to be held in one way: it can be sent to a thread. */
export interface Place {
  /** Its own, by which it is known in each thread. */
  readonly number: number;
  readonly role: Role;
  readonly buffer: SharedArrayBuffer;
  /** Counts those who had it. */
  readonly turns: SharedArrayBuffer;
}

/** A place as a thread uses it. */
export interface Way {
  acquireSync(timeoutMs?: number): SharedGuard;
  acquire(options?: WaitOptions): Promise<SharedGuard>;
  abandonBy(threadId: number): void;
}

let places = 0;

export function newPlace(room: Room, role: Role): Place {
  const lock = role === 'mutex' ? new room.SharedMutex() : new room.SharedReadWriteLock();
  places += 1;
  return { number: places, role, buffer: lock.buffer, turns: new SharedArrayBuffer(4) };
}

export function wayTo(room: Room, { role, buffer }: Pick<Place, 'role' | 'buffer'>): Way {
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
