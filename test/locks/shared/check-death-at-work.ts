import { Board } from './board.ts';
import { isFree } from './is-free.ts';
import type { End } from './orders.ts';
import { play } from './play.ts';
import type { Part } from './play.ts';
import { below, pick } from './random-choice.ts';
import { importRoom, newPlace, wayTo } from './rooms.ts';
import { settledUnlessStuck } from './stuck.ts';
import { Thread } from './thread.ts';

const turns = 40;
/** The one that dies. */
const victimsPart = 1;

/**
 * Threads contend for a lock, and one of them dies in the middle of it.
 *
 * @returns what was wrong
 */
export async function checkDeathAtWork(
  room: string,
  threads: readonly Thread[],
  stuckMs: number,
  random: () => number,
): Promise<string | undefined> {
  const locks = await importRoom(room);
  const kind = pick(random, ['mutex', 'table'] as const);
  const place = newPlace(locks, kind === 'mutex' ? 'mutex' : 'write');
  const lock = wayTo(locks, place);
  const board = new Board();
  const how = pick<End | 'terminate'>(random, ['terminate', 'exit', 'throw']);
  const moment = below(random, turns - 5);
  const partOf = (player: number): Part => ({
    kind,
    buffer: place.buffer,
    board: board.buffer,
    player,
    turns,
    draws: Float64Array.from({ length: turns * 5 }, random),
    isPatient: player === 0,
    ...(player === victimsPart && how !== 'terminate' ? { ends: { turn: moment, how } } : {}),
  });

  await using victim = await Thread.start(room);
  let isLeftHalfDone = false;
  victim.worker.once('exit', () => {
    for (const slot of [0, 1]) {
      if (board.clear(victimsPart * 2 + slot)) isLeftHalfDone = true;
    }
  });
  using _watch = locks.watchThread(victim.worker, [lock]);
  const players = [victim, ...threads].map(
    async (thread, index) => await thread.do({ do: 'play', room, part: partOf(index + 1) }),
  );
  const terminated = (async () => {
    if (how !== 'terminate') return;
    while (board.turns < moment * 3) await new Promise(setImmediate);
    await victim.end(how);
  })();
  try {
    const all = [play(locks, partOf(0)), ...players, terminated];
    await settledUnlessStuck(all, () => board.turns, stuckMs);
    await victim.end('terminate');
  } catch (error) {
    return `${String(error)} after ${how}`;
  }
  if (board.fault !== '') return board.fault;
  // Who died may have been between the two steps of counting.
  if (Math.abs(board.counter - board.holds) > 1) return 'two did what only one may';
  const { abandoned } = await lock.acquire({ timeoutMs: 0 }).then((guard) => {
    guard.release();
    return guard;
  });
  if (isLeftHalfDone && board.told === 0 && !abandoned) return `nobody was told of ${how}`;
  if (!(await isFree(locks, kind, place.buffer))) return `something stays locked after ${how}`;
  return undefined;
}
