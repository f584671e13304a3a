// A thread that does with locks what it is ordered to, one order after the other.
import { parentPort, workerData } from 'node:worker_threads';
import type { SharedGuard } from '../../../../src/locks/index.ts';
import type { Order, Orders, Outcome } from '../orders.ts';
import { play } from '../play.ts';
import { importRoom, wayTo } from '../rooms.ts';
import type { Way } from '../rooms.ts';

const { room: address, places } = workerData as Orders;
const room = await importRoom(address);
const ways = places.map((place) => wayTo(room, place));
const held = new Map<number, SharedGuard>();

parentPort?.on('message', ({ number, order }: { number: number; order: Order }) => {
  const answer = (outcome: Outcome): void => parentPort?.postMessage({ number, outcome });
  switch (order.do) {
    case 'take':
      void take(order).then(answer);
      break;
    case 'release':
      held.get(order.place)?.release();
      answer({ how: 'done' });
      break;
    case 'play':
      // What it throws ends the thread.
      void importRoom(order.room)
        .then((room) => play(room, order.part))
        .then(() => answer({ how: 'done' }));
      break;
    case 'end':
      if (order.how === 'exit') process.exit(0);
      throw new RangeError('the thread ends');
    default:
      order satisfies never;
  }
});
parentPort?.postMessage({ number: 0, outcome: { how: 'done' } });

async function take(order: Extract<Order, { do: 'take' }>): Promise<Outcome> {
  try {
    const guard = await ask(ways[order.place], order);
    held.set(order.place, guard);
    const { abandoned } = guard;
    if (order.isShort === true) guard.release();
    return { how: 'held', abandoned };
  } catch (error) {
    return { how: 'refused', code: (error as { readonly code?: unknown }).code };
  }
}

function ask(
  way: Way | undefined,
  { isSync, timeoutMs }: { readonly isSync: boolean; readonly timeoutMs?: number },
): SharedGuard | Promise<SharedGuard> {
  if (way === undefined) throw new RangeError('there is no such place');
  return isSync ? way.acquireSync(timeoutMs) : way.acquire({ timeoutMs });
}
