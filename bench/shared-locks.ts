import { SharedMutex } from '../src/locks/index.ts';
import { compareSides, figure, nanosecondsEach, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const times = 1_000_000;

/** A lock between threads beside the bare words of memory that any such lock needs. */
const benchmark: Benchmark = {
  name: 'shared-locks',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    const mutex = new SharedMutex({ name: 'bench' });
    const word = new Int32Array(new SharedArrayBuffer(4));
    context.progress('shared mutex uncontended beside a bare futex');
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
      { rounds: 7, context },
    );
    return [
      figure({
        name: 'SharedMutex: uncontended, beside a bare futex',
        ours,
        rival,
        unit: 'ns',
        target: ratioAtMost(1.5),
      }),
    ];
  },
};

export default benchmark;

/** Mutex 2 of U. Drepper, "Futexes Are Tricky": 0 free, 1 held, 2 held and waited for. */
function lockBare(word: Int32Array): void {
  let state = Atomics.compareExchange(word, 0, 0, 1);
  while (state !== 0) {
    if (state === 2 || Atomics.compareExchange(word, 0, 1, 2) !== 0) Atomics.wait(word, 0, 2);
    state = Atomics.compareExchange(word, 0, 0, 2);
  }
}

function unlockBare(word: Int32Array): void {
  if (Atomics.sub(word, 0, 1) === 1) return;
  Atomics.store(word, 0, 0);
  Atomics.notify(word, 0, 1);
}
