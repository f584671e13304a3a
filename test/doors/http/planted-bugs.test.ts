import { describe, expect, it } from 'vitest';

import type * as doorsRoom from '../../../src/doors/index.ts';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { openDoor } from './open-door.ts';
import { cases } from './planted-bugs.ts';

describe.each(cases)('$title', ({ promise, title, check, bugs }) => {
  let caught = 0;

  it.each(bugs)('is not so when $bug', async (mutant) => {
    using plantation = new Plantation();
    const { HttpDoor } = await plantation.plant<typeof doorsRoom>('doors', mutant);
    await expect(check(async (options) => await openDoor(options, HttpDoor))).rejects.toThrow();
    caught += 1;
  });

  it('is so', async () => {
    await check(openDoor);
    recordProof({ promise, test: `${title} is so`, count: 1, planted: bugs.length, caught });
  });
});
