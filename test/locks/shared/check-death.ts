import type { End, Outcome } from './orders.ts';
import { isFree } from './is-free.ts';
import { below, pick, shuffled } from './random-choice.ts';
import { importRoom, newPlace, wayTo } from './rooms.ts';
import type { Place, Role } from './rooms.ts';
import { settledUnlessStuck } from './stuck.ts';
import { Hands } from './take.ts';
import { Thread } from './thread.ts';

const roles: readonly Role[] = ['mutex', 'read', 'write'];

/** Who had the lock after the one that died, or before it. */
interface Turn {
  readonly turn: number;
  readonly role: Role;
  readonly abandoned: boolean;
}

/**
 * A thread dies that holds three locks and waits for three, while this thread and others that are
 * blocked wait for all six.
 *
 * @returns what was wrong
 */
export async function checkDeath(
  room: string,
  sleepers: readonly Thread[],
  stuckMs: number,
  random: () => number,
): Promise<string | undefined> {
  const locks = await importRoom(room);
  const held = roles.map((role) => newPlace(locks, role));
  const wished = roles.map((role) => newPlace(locks, role));
  const places = [...held, ...wished];
  const turns = new Map<number, Turn[]>(places.map(({ number }) => [number, []]));
  const hands = new Hands();
  await using victim = await Thread.start(room);
  const ways = places.map((place) => wayTo(locks, place));
  using _watch = locks.watchThread(victim.worker, ways);

  for (const place of held) {
    const taking = { room, place, isSync: random() < 0.5 };
    if ((await victim.do({ do: 'take', taking })).how !== 'held') return 'what is free is not had';
  }
  const rivals = wished.map((place) => ({ ...place, role: exclusive(place.role) }));
  for (const place of rivals) await hands.take({ room, place, isSync: random() < 0.5 });
  const how = pick<End | 'terminate'>(random, ['terminate', 'exit', 'throw']);
  // Who is blocked does nothing more by itself.
  const blockedFor = how === 'terminate' && random() < 0.5 ? below(random, wished.length) : -1;
  const wishes = shuffled(random, wished).map((place, index) =>
    victim.do({ do: 'take', taking: { room, place, isSync: index === blockedFor } }),
  );

  let answers = 0;
  const note = (place: Place, outcome: Outcome): void => {
    answers += 1;
    if (outcome.how === 'held') turns.get(place.number)?.push({ ...outcome, role: place.role });
  };
  const waits = places.flatMap((place) =>
    [undefined, ...sleepers].map((sleeper) => ({
      sleeper,
      place: { ...place, role: rivalOf(place.role, random) },
    })),
  );
  const waiting = shuffled(random, waits).map(async ({ sleeper, place }) => {
    const taking = { room, place, isSync: sleeper !== undefined, isShort: true } as const;
    const timeoutMs = sleeper === undefined ? {} : { timeoutMs: Infinity };
    note(
      place,
      await (sleeper === undefined
        ? hands.take(taking)
        : sleeper.do({ do: 'take', taking: { ...taking, ...timeoutMs } })),
    );
  });

  const isLate = random() < 0.5;
  for (let left = below(random, 30); left > 0; left -= 1) await new Promise(setImmediate);
  if (!isLate) for (const place of rivals) hands.release(place);
  await victim.end(how);
  if (isLate) for (const place of rivals) hands.release(place);
  try {
    await settledUnlessStuck([...waiting, ...wishes], () => answers, stuckMs);
  } catch (error) {
    return `${String(error)} after ${how}`;
  }
  for (const place of places) {
    const isHeld = held.includes(place);
    const wrong = wrongWith(place.role, turns.get(place.number) ?? [], isHeld);
    // Where the one that died may have had its wish, it is open who was told.
    if (wrong !== undefined && (isHeld || isLate)) return `${wrong} after ${how}`;
    const kind = place.role === 'mutex' ? 'mutex' : 'table';
    if (!(await isFree(locks, kind, place.buffer))) return `something stays locked after ${how}`;
  }
  return undefined;
}

/** What is wrong with who was told that the one before had died. */
function wrongWith(role: Role, turns: readonly Turn[], isHeld: boolean): string | undefined {
  const sorted = turns.toSorted((a, b) => a.turn - b.turn);
  // Who reads leaves nothing half done.
  const isLeft = isHeld && role !== 'read';
  const healed = sorted.findIndex((turn) => turn.role !== 'read');
  for (const [index, { abandoned }] of sorted.entries()) {
    const isToBeTold = isLeft && (healed === -1 || index <= healed);
    if (abandoned === isToBeTold) continue;
    return isToBeTold ? 'who comes next is not told' : 'one is told of nothing';
  }
  return undefined;
}

function exclusive(role: Role): Role {
  return role === 'mutex' ? 'mutex' : 'write';
}

/** How another holds the lock that has to wait for one who holds it so. */
function rivalOf(role: Role, random: () => number): Role {
  if (role === 'mutex') return 'mutex';
  return role === 'write' && random() < 0.5 ? 'read' : 'write';
}
