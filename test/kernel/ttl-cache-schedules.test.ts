import { describe, expect, it } from 'vitest';
import { TtlCache } from '../../src/kernel/index.ts';
import { count } from '../support/count.ts';
import { Plantation } from '../support/plantation.ts';
import type { Mutant } from '../support/plantation.ts';
import { recordProof } from '../support/proof.ts';
import { seed } from '../support/seed.ts';
import { checkCache } from './check-cache.ts';

const cache = 'ttl-cache.ts';
const shared = 'shared-load.ts';

const bugs: readonly Mutant[] = [
  {
    bug: 'each caller loads by itself',
    file: cache,
    find: 'this.#loads.get(key) ?? this.#begin(key, loader, options)',
    replace: 'this.#begin(key, loader, options)',
  },
  {
    bug: 'an entry lives on past its end',
    file: cache,
    find: 'entry.untilMs > (this.#nowMs ?? this.#look())) return entry;',
    replace: 'entry.untilMs >= (this.#nowMs ?? this.#look())) return entry;',
  },
  {
    bug: 'a load overwrites what was set meanwhile',
    file: cache,
    find: '    if (this.#loads.get(key) !== load) return;\n',
    replace: '',
  },
  {
    bug: 'what is deleted comes back with its load',
    file: cache,
    find: '    this.#loads.delete(key);\n    return this.#entries.delete(key);',
    replace: '    return this.#entries.delete(key);',
  },
  {
    bug: 'the first who gives up ends the load for all',
    file: shared,
    find: 'if (this.#waiting === 0 && !this.#isSettled',
    replace: 'if (!this.#isSettled',
  },
  {
    bug: 'a load that nobody waits for goes on',
    file: shared,
    find: "        this.#stop.abort(new SignalboxError('CANCELLED', 'nobody waits for it any more'));",
    replace: '',
  },
  {
    bug: 'who comes after a load was given up waits for it',
    file: cache,
    find: 'if (this.#loads.get(key) === load) this.#loads.delete(key);',
    replace: '',
  },
  {
    bug: 'a load that failed is not forgotten',
    file: cache,
    find: '    this.#loads.delete(key);\n    if (kept !== undefined)',
    replace: '    if (kept !== undefined) this.#loads.delete(key);\n    if (kept !== undefined)',
  },
  {
    bug: 'what has expired is left when it is cleaned up',
    file: cache,
    find: 'if (untilMs > nowMs) continue;',
    replace: 'if (untilMs >= nowMs - 1) continue;',
  },
  {
    bug: 'shared loads are no misses',
    file: cache,
    find: '    this.#misses += 1;\n    const load = ',
    replace: '    if (!this.#loads.has(key)) this.#misses += 1;\n    const load = ',
  },
];

describe('a cache, whatever happens to it in whatever order', () => {
  let caught = 0;

  it.each(bugs)('shows when $bug', async (mutant) => {
    using plantation = new Plantation();
    const room = await plantation.plant<{ TtlCache: typeof TtlCache }>('kernel', mutant);
    expect(await checkCache(room.TtlCache, 5_000, seed)).toBeDefined();
    caught += 1;
  });

  it('loads once for all, gives nothing past its end, and tells everybody who waits', async () => {
    const runs = count(100_000);
    expect(await checkCache(TtlCache, runs, seed), `seed ${seed}`).toBeUndefined();
    recordProof({
      promise: 'Every wait ends',
      test: 'loads, ends and changes of a cache in orders that a seed decides',
      count: runs,
      planted: bugs.length,
      caught,
    });
  }, 300_000);
});
