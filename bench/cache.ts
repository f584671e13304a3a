import { LRUCache } from 'lru-cache';
import { TtlCache } from '../src/kernel/index.ts';
import { compareSides, figure, nanosecondsEach, noTarget, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

/** Short rounds, many of them, and the quickest quarter: what no other load of the machine slowed. */
const rounds = 40;
const taken = 0.25;
const operations = 200_000;
const keysMost = 1_000;
const ttlMs = 60_000;

const keys: readonly string[] = Array.from(
  { length: keysMost },
  (_, at) => `instrument-${at}/value`,
);

/** Values that live for a while, beside lru-cache with the same life and the same bound. */
const benchmark: Benchmark = {
  name: 'cache',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    const ours = new TtlCache<string, object>({ entriesMost: 2 * keysMost, ttlMs });
    const rival = new LRUCache<string, object>({ max: 2 * keysMost, ttl: ttlMs });
    for (const key of keys) {
      ours.set(key, { key });
      rival.set(key, { key });
    }
    context.progress('get');
    const get = await compareSides(
      {
        ours: async () => await nanosecondsEach(operations, () => getAll(ours)),
        rival: async () => await nanosecondsEach(operations, () => getAll(rival)),
      },
      { rounds, taken, context },
    );
    context.progress('set');
    const set = await compareSides(
      {
        ours: async () => await nanosecondsEach(operations, () => setAll(ours)),
        rival: async () => await nanosecondsEach(operations, () => setAll(rival)),
      },
      { rounds, taken, context },
    );
    context.progress('load of what is there');
    const loader = (): object => ({});
    const load = await compareSides(
      {
        ours: async () =>
          await nanosecondsEach(operations / 10, async () => {
            for (let at = 0; at < operations / 10; at += 1) {
              await ours.load(keys[at % keysMost] ?? '', loader);
            }
          }),
      },
      { rounds, taken, context },
    );
    const unit = 'ns';
    return [
      figure({ name: 'TtlCache: get', ...get, unit, target: ratioAtMost(1.3) }),
      figure({ name: 'TtlCache: set', ...set, unit, target: noTarget }),
      figure({ name: 'TtlCache: load of what is there', ...load, unit, target: noTarget }),
    ];
  },
};

export default benchmark;

interface Cache {
  get(key: string): object | undefined;
  set(key: string, value: object): unknown;
}

function getAll(cache: Cache): void {
  let found = 0;
  for (let at = 0; at < operations; at += 1) {
    if (cache.get(keys[at % keysMost] ?? '') !== undefined) found += 1;
  }
  if (found !== operations) throw new Error(`${found} of ${operations} were found`);
}

function setAll(cache: Cache): void {
  const value = {};
  for (let at = 0; at < operations; at += 1) cache.set(keys[at % keysMost] ?? '', value);
}
