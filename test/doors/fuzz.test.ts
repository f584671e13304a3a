import { describe, expect, it } from 'vitest';
import * as doors from '../../src/doors/index.ts';
import { count } from '../support/count.ts';
import { Plantation } from '../support/plantation.ts';
import { recordProof } from '../support/proof.ts';
import { seed } from '../support/seed.ts';
import { checkFuzz } from './fuzz/check-fuzz.ts';
import type { FuzzedRoom } from './fuzz/check-fuzz.ts';
import { fuzzBugs } from './fuzz/planted-bugs.ts';

const framesWithBug = 2_000;
const title = 'end no door, keep it from nobody else, and leave nothing behind';

describe('mutated frames at HiSLIP, VXI-11 and RFC 2217 doors', () => {
  let caught = 0;

  it.each(fuzzBugs)('show when $bug', async (mutant) => {
    using plantation = new Plantation();
    const planted = await plantation.plant<FuzzedRoom>('doors', mutant);
    expect(await checkFuzz(planted, framesWithBug, 1, 1_000), `seed ${seed}`).toBeDefined();
    caught += 1;
  });

  it(title, { timeout: 1_800_000 }, async () => {
    // Of each protocol. They come over real connections, which takes its time.
    const frames = count(1_000_000, 0.015);
    expect(await checkFuzz(doors, frames, 0, 10_000), `seed ${seed}`).toBeUndefined();
    recordProof({
      promise: 'No bytes on a wire can break the gateway',
      test: `mutated frames at doors ${title}`,
      count: 3 * frames,
      planted: fuzzBugs.length,
      caught,
    });
  });
});
