import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SharedMutex } from '../src/locks/index.ts';
import { lockBare, unlockBare } from './clients/bare-lock.ts';
import type { Done, Round } from './clients/lock-in-a-thread.ts';
import { compareSides, figure, nanosecondsEach, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

/** Short rounds, many of them, and the quickest quarter: what no other load of the machine slowed. */
const rounds = 40;
const taken = 0.25;
/** How often a round takes the lock: alone, and each of several threads. */
const uncontendedTimes = 100_000;
const contendedTimes = 100_000;
const threads = 2;
const program = new URL('clients/lock-in-a-thread.ts', import.meta.url);

/** A lock between threads beside the bare words of memory that any such lock needs. */
const benchmark: Benchmark = {
  name: 'shared-locks',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    return [await uncontended(context), await contended(context)];
  },
};

export default benchmark;

async function uncontended(context: BenchContext): Promise<Figure> {
  const mutex = new SharedMutex({ name: 'bench' });
  const word = new Int32Array(new SharedArrayBuffer(4));
  context.progress('shared mutex uncontended beside a bare futex');
  const times = uncontendedTimes;
  const { ours, rival } = await compareSides(
    {
      ours: async () =>
        await nanosecondsEach(times, () => {
          for (let turn = 0; turn < times; turn += 1) mutex.acquireSync().release();
        }),
      rival: async () =>
        await nanosecondsEach(times, () => {
          for (let turn = 0; turn < times; turn += 1) {
            lockBare(word);
            unlockBare(word);
          }
        }),
    },
    { rounds, taken, context },
  );
  return figure({
    name: 'SharedMutex: uncontended, beside a bare futex',
    ours,
    rival,
    unit: 'ns',
    target: ratioAtMost(1.5),
  });
}

async function contended(context: BenchContext): Promise<Figure> {
  context.progress('shared mutex that two threads contend for beside a bare futex');
  const workers = Array.from({ length: threads }, () => new Worker(program));
  try {
    const { ours, rival } = await compareSides(
      {
        ours: async () => await takeTogether(workers, 'ours'),
        rival: async () => await takeTogether(workers, 'bare'),
      },
      { rounds, taken, context },
    );
    return figure({
      name: 'SharedMutex: two threads contend, beside a bare futex',
      ours,
      rival,
      unit: 'ns',
      target: ratioAtMost(1.5),
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** All threads take one lock at the same time. @returns nanoseconds for each time */
async function takeTogether(workers: readonly Worker[], lock: Round['lock']): Promise<number> {
  const counts = new SharedArrayBuffer(8);
  const buffer = new SharedArrayBuffer(4);
  const round = { lock, times: contendedTimes, buffer, counts, threads } satisfies Round;
  const done = await Promise.all(
    workers.map(async (worker) => {
      worker.postMessage(round);
      const [message] = (await once(worker, 'message')) as [Done];
      return message;
    }),
  );
  const all = contendedTimes * threads;
  if (new Int32Array(counts)[1] !== all) throw new Error(`${lock} let two in at the same time`);
  const beganNs = Math.min(...done.map(({ beganNs }) => Number(beganNs)));
  const endedNs = Math.max(...done.map(({ endedNs }) => Number(endedNs)));
  return (endedNs - beganNs) / all;
}
