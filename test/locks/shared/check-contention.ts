import { Board } from './board.ts';
import { checkOrder } from './check-order.ts';
import { isFree } from './is-free.ts';
import { play } from './play.ts';
import type { Part } from './play.ts';
import { importRoom, newPlace } from './rooms.ts';
import { settledUnlessStuck } from './stuck.ts';
import type { Thread } from './thread.ts';

export interface Contention {
  readonly kind: 'mutex' | 'table';
  /** Each takes the lock so many times. */
  readonly turns: number;
  /** So long nothing may happen at all. */
  readonly stuckMs: number;
}

/**
 * Threads and this one contend for a lock as `random` decides.
 *
 * @param room where they import the locks from
 * @returns what was wrong
 */
export async function checkContention(
  room: string,
  threads: readonly Thread[],
  { kind, turns, stuckMs }: Contention,
  random: () => number,
): Promise<string | undefined> {
  const locks = await importRoom(room);
  const { buffer } = newPlace(locks, kind === 'mutex' ? 'mutex' : 'write');
  const board = new Board();
  const isStubborn = random() < 0.5;
  const partOf = (player: number): Part => ({
    kind,
    buffer,
    board: board.buffer,
    player,
    turns,
    draws: Float64Array.from({ length: turns * 5 }, random),
    isPatient: player === 0,
    isStubborn,
  });
  const playing = threads.map(async (thread, index) => {
    const { how } = await thread.do({ do: 'play', room, part: partOf(index + 1) });
    if (how === 'ended') throw await thread.ended;
  });
  try {
    await settledUnlessStuck([play(locks, partOf(0)), ...playing], () => board.turns, stuckMs);
  } catch (error) {
    return String(error);
  }
  if (board.fault !== '') return board.fault;
  if (board.counter !== board.holds) return 'what only one may do at a time was done by two';
  if (!(await isFree(locks, kind, buffer))) return 'the lock is not free when all have left';
  // An entry that is given up while another thread decides may bring in who takes it next.
  return kind === 'table' && isStubborn ? checkOrder(board) : undefined;
}
