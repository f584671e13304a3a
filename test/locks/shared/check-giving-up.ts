import { isFree } from './is-free.ts';
import { below } from './random-choice.ts';
import { importRoom, newPlace, wayTo } from './rooms.ts';
import type { Role } from './rooms.ts';
import { settledUnlessStuck } from './stuck.ts';

const waitersMost = 8;

/**
 * Several wait for a lock; some give up, about when it is released.
 *
 * @returns what was wrong
 */
export async function checkGivingUp(
  room: string,
  role: Role,
  stuckMs: number,
  random: () => number,
): Promise<string | undefined> {
  const locks = await importRoom(room);
  const place = newPlace(locks, role);
  const lock = wayTo(locks, place);
  const holder = await wayTo(
    locks,
    role === 'read' ? { ...place, role: 'write' } : place,
  ).acquire();
  let ended = 0;
  const controllers: AbortController[] = [];
  const cancelled = new Set<Promise<void>>();
  const wait = async (signal: AbortSignal, givesUp: boolean): Promise<void> => {
    const timeoutMs = givesUp && random() < 0.3 ? random() * 3 : undefined;
    try {
      const guard = await lock.acquire({ signal, timeoutMs });
      if (random() < 0.5) await new Promise(setImmediate);
      guard.release();
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      if (!givesUp || (code !== 'CANCELLED' && code !== 'WAIT_TIMEOUT')) throw error;
    } finally {
      ended += 1;
    }
  };
  const waits = Array.from({ length: 2 + below(random, waitersMost - 1) }, () => {
    const controller = new AbortController();
    const givesUp = random() < 0.6;
    const waiting = wait(controller.signal, givesUp);
    if (givesUp && random() < 0.7) {
      controllers.push(controller);
      cancelled.add(waiting);
    }
    return waiting;
  });
  const deeds = controllers.map((controller) => () => controller.abort());
  // Who is cancelled does not need the lock to be released.
  const isLate = random() < 0.3;
  const release = (): void => holder.release();
  if (!isLate) deeds.splice(below(random, deeds.length + 1), 0, release);
  for (let turns = below(random, 4); turns > 0; turns -= 1) await new Promise(setImmediate);
  for (const deed of deeds) {
    deed();
    if (random() < 0.3) await Promise.resolve();
    if (random() < 0.2) await new Promise(setImmediate);
  }
  try {
    if (isLate) {
      await settledUnlessStuck([...cancelled], () => ended, stuckMs);
      release();
    }
    await settledUnlessStuck(waits, () => ended, stuckMs);
  } catch (error) {
    return String(error);
  }
  const kind = role === 'mutex' ? 'mutex' : 'table';
  return (await isFree(locks, kind, place.buffer)) ? undefined : 'something stays locked';
}
