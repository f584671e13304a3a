import { isFree } from './is-free.ts';
import type { Outcome } from './orders.ts';
import { importRoom, newPlace, wayTo } from './rooms.ts';
import type { Role } from './rooms.ts';
import type { Deed } from './steps.ts';
import { settledUnlessStuck } from './stuck.ts';
import { Hands } from './take.ts';
import { Thread } from './thread.ts';

export interface Death {
  readonly lock: 'mutex' | 'table';
  readonly deed: Deed;
  /** Where the thread that dies imports the locks from: it ends where they say so. */
  readonly deadly: string;
  /** Where all others import them from. */
  readonly room: string;
  /** A thread that waits, blocked. */
  readonly sleeper: Thread;
  readonly stuckMs: number;
}

/** A thread dies within a step, and others wait for what it had, or wished. @returns what was wrong */
export async function checkStep(death: Death): Promise<string | undefined> {
  const { lock, deed, deadly, room, sleeper, stuckMs } = death;
  const locks = await importRoom(room);
  const hands = new Hands();
  const place = newPlace(locks, lock === 'mutex' ? 'mutex' : 'write');
  const as = (role: Role): typeof place => ({ ...place, role: lock === 'mutex' ? 'mutex' : role });
  const wish = { room: deadly, place, isSync: false } as const;
  await using victim = await Thread.start(deadly);
  using _watch = locks.watchThread(victim.worker, [wayTo(locks, place)]);

  let answers = 0;
  const waitFor = async (waiting: Promise<Outcome>): Promise<void> => {
    const { how } = await waiting;
    if (how !== 'held') throw new RangeError(`a wait is ${how}`);
    answers += 1;
  };
  const inLine: Promise<void>[] = [];
  const getInLine = (): void => {
    for (const role of ['read', 'write', 'read'] as const) {
      const taking = { room, place: as(role), isSync: false, isShort: true };
      inLine.push(waitFor(hands.take(taking)));
    }
    const taking = { room, place: as('write'), isSync: true, isShort: true, timeoutMs: Infinity };
    inLine.push(waitFor(sleeper.do({ do: 'take', taking })));
  };

  const isHeldHere = deed === 'ask' || deed === 'give up';
  if (isHeldHere) await hands.take({ room, place: as('read'), isSync: false });
  if (deed === 'release') await victim.do({ do: 'take', taking: wish });
  if (deed !== 'take' && deed !== 'come') getInLine();
  await victim.do({ do: 'arm' });
  if (deed === 'release') void victim.do({ do: 'release', place });
  else if (deed === 'give up') void victim.do({ do: 'take', taking: { ...wish, timeoutMs: 0 } });
  else void victim.do({ do: 'take', taking: wish });
  if (deed === 'take') getInLine();
  try {
    await settledUnlessStuck([victim.ended], () => 0, stuckMs);
    if (deed === 'come') getInLine();
    if (isHeldHere) hands.release(place);
    await settledUnlessStuck(inLine, () => answers, stuckMs);
  } catch (error) {
    return String(error);
  }
  return (await isFree(locks, lock, place.buffer)) ? undefined : 'something stays locked';
}
