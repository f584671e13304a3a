import { describe, expect, it } from 'vitest';
import { Port } from '../../src/ports/index.ts';
import { count } from '../support/count.ts';
import { Plantation } from '../support/plantation.ts';
import type { Mutant } from '../support/plantation.ts';
import { recordProof } from '../support/proof.ts';
import { randomFrom } from '../support/random.ts';
import { seed } from '../support/seed.ts';
import { checkUnplug } from './check-unplug.ts';

const bugs: readonly Mutant[] = [
  {
    bug: 'a write whose acknowledgement was lost is sent again without a look',
    file: 'conductor.ts',
    find: 'const tookEffect = await this.#readBack(verification.readBack);',
    replace: 'const tookEffect = (await this.#opens()) ? false : undefined;',
  },
  {
    bug: 'a read whose reply was lost is not repeated',
    file: 'settlement.ts',
    find: "repeat === 'safe' && isTransient(error)",
    replace: "repeat !== 'safe' && isTransient(error)",
  },
  {
    bug: 'clients lose their place with the link',
    file: 'port.ts',
    find: "    if (state === 'open') this.#turns.linkOpened();",
    replace:
      "    if (state === 'open') this.#turns.linkOpened();\n    else if (reason !== undefined) this.#line.turnAway(reason);",
  },
  {
    bug: 'a link is tried again only once',
    file: 'link-keeper.ts',
    find: 'this.#timer = this.#clock.schedule(delayMs, () => this.open());',
    replace: '',
  },
];

describe('a cable that is pulled in the middle of a transaction', () => {
  let caught = 0;

  it.each(bugs)(
    'shows when $bug',
    async (mutant) => {
      using plantation = new Plantation();
      const room = await plantation.plant<{ Port: typeof Port }>('ports', mutant);
      expect(await checkUnplug(room.Port, 20, randomFrom(200))).toBeDefined();
      caught += 1;
    },
    60_000,
  );

  it('is got over each time, repeats no write, and costs no client its place', async () => {
    const cycles = count(200);
    expect(await checkUnplug(Port, cycles, randomFrom(200)), `seed ${seed}`).toBeUndefined();
    recordProof({
      promise: 'A write is never repeated unless that is harmless; links recover',
      test: 'unplugged and replugged mid-transaction',
      count: cycles,
      planted: bugs.length,
      caught,
    });
  }, 600_000);
});
