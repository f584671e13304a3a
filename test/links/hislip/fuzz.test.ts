import { expect, it } from 'vitest';
import { HislipLink } from '../../../src/links/index.ts';
import { bytesOf } from '../../protocols/hislip/hex.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { heldConnectionsTo } from '../held-connections.ts';
import { spoilingServer, useWholeLink } from '../spoiled-script.ts';

const title = 'no bytes of a HiSLIP server crash a link, keep it waiting or make it leak';

/** What an honest server answers to each type of message. IVI-6.1, table 3. */
const honest: ReadonlyMap<number, string> = new Map([
  [0, '4853 01 00 0100 0007 0000000000000000'],
  [17, '4853 12 00 0000 5858 0000000000000000'],
  [15, '4853 10 00 00000000 0000000000000008 0000000000100000'],
  [6, ''],
  [7, '4853 06 00 ffffffff 0000000000000002 6162  4853 07 00 ffffff00 0000000000000002 6162'],
  [19, '4853 17 00 00000000 0000000000000000'],
  [8, '4853 09 00 00000000 0000000000000000'],
  [21, '4853 16 10 00000000 0000000000000000'],
  [12, '4853 0d 00 ffffff02 0000000000000000'],
]);
const others = [
  '4853 14 40 00000000 0000000000000000',
  '4853 0e 00 ffffff02 0000000000000000',
  '4853 03 81 00000000 0000000000000002 6f6f',
  '4853 02 04 00000000 0000000000000000',
  '4853 07 00 ffffff00 00000000ffffffff 61',
  '4853 80 00 00000000 0000000000000000',
].map(bytesOf);

it(
  title,
  async () => {
    const random = randomFrom(4_880);
    await using server = await spoilingServer(random, (request) => {
      const other = random() < 0.2 ? others[Math.floor(random() * others.length)] : undefined;
      const own = bytesOf(honest.get(request[2] ?? 0) ?? '');
      return other === undefined ? own : Buffer.concat([other, own]);
    });
    const rounds = count(4_000);
    for (let round = 0; round < rounds; round += 16) {
      const links = Array.from({ length: 16 }, () => new HislipLink(server.options));
      await Promise.all(
        links.map(async (link) => await useWholeLink(link, random, 50 + random() * 50)),
      );
    }
    await expect
      .poll(() => heldConnectionsTo(server.options.port), { message: `seed ${seed}` })
      .toBe(0);
    const promise = 'no bytes of a server end Signalbox, or keep it waiting';
    recordProof({ promise, test: title, count: rounds, planted: 0, caught: 0 });
  },
  300_000,
);
