// A thread that does with locks what it is ordered to.
import { parentPort } from 'node:worker_threads';
import type { Order, Outcome } from '../orders.ts';
import { play } from '../play.ts';
import { importRoom } from '../rooms.ts';
import { Hands } from '../take.ts';

const hands = new Hands();

parentPort?.on('message', ({ number, order }: { number: number; order: Order }) => {
  // What is thrown here ends the thread.
  void obey(order).then((outcome) => parentPort?.postMessage({ number, outcome }));
});
parentPort?.postMessage({ number: 0, outcome: { how: 'done' } });

async function obey(order: Order): Promise<Outcome> {
  switch (order.do) {
    case 'import':
      await importRoom(order.room);
      break;
    case 'take':
      return await hands.take(order.taking);
    case 'release':
      hands.release(order.place);
      break;
    case 'play':
      await play(await importRoom(order.room), order.part);
      break;
    case 'arm':
      Object.assign(globalThis, { endsHere: () => process.exit(0) });
      break;
    case 'end':
      if (order.how === 'exit') process.exit(0);
      throw new RangeError('the thread ends');
    default:
      order satisfies never;
  }
  return { how: 'done' };
}
