import { describe, expect, it } from 'vitest';

import type * as doorsRoom from '../../../src/doors/index.ts';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import type { Patience } from './access-checks.ts';
import { openDoor } from './open-door.ts';
import { cases } from './planted-bugs.ts';

/** A bug shows as an endless wait, too, which need not be waited for as a busy machine is. */
const patienceWithBug: Patience = { timeout: 1_500 };

describe.each(cases)('$title', ({ promise, title, check, bugs }) => {
  let caught = 0;

  it.each(bugs)('is not so when $bug', async (mutant) => {
    using plantation = new Plantation();
    const { HttpDoor } = await plantation.plant<typeof doorsRoom>('doors', mutant);
    const open: typeof openDoor = async (options) => await openDoor(options, HttpDoor);
    await expect(check(open, patienceWithBug)).rejects.toThrow();
    caught += 1;
  });

  it('is so', async () => {
    await check(openDoor);
    recordProof({ promise, test: `${title} is so`, count: 1, planted: bugs.length, caught });
  });
});
