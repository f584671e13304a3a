import { expect, it } from 'vitest';
import * as links from '../../../src/links/index.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { seed } from '../../support/seed.ts';
import { sharingBugs } from './sharing-bugs.ts';
import { checkSharing } from './sharing-check.ts';

const title =
  'instruments behind one adapter have their own answers, whatever their programs do at once';

it(
  title,
  async () => {
    const rounds = count(5_000);
    const check = checkSharing(links, { rounds, salt: 93, limitMs: 280_000 });
    const operations = await check.catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    });
    const caught: string[] = [];
    using plantation = new Plantation();
    for (const [salt, planted] of sharingBugs.entries()) {
      const broken = await plantation.plant<typeof links>('links', planted);
      const options = { rounds: 200, salt, limitMs: 3_000 };
      await checkSharing(broken, options).catch(() => caught.push(planted.bug));
    }
    expect(caught, `seed ${seed}`).toEqual(sharingBugs.map(({ bug }) => bug));
    recordProof({
      promise: 'A reply goes to its request or to nobody',
      test: title,
      count: operations,
      planted: sharingBugs.length,
      caught: caught.length,
    });
  },
  600_000,
);
