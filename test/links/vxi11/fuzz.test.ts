import { expect, it } from 'vitest';
import { Vxi11Link } from '../../../src/links/index.ts';
import { fromHex } from '../../protocols/hex.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { heldConnectionsTo } from '../held-connections.ts';
import { spoilingServer, useWholeLink } from '../spoiled-script.ts';
import { int, opaque, success } from './rpc-peer.ts';
import { procedures } from './scripted-vxi11.ts';

const title = 'no bytes of a VXI-11 server crash a link, keep it waiting or make it leak';

it(
  title,
  async () => {
    const random = randomFrom(111);
    const errors = [0, 0, 0, 0, 3, 4, 8, 11, 15, 17, 23, 99];
    const anError = (): string => int(errors[Math.floor(random() * errors.length)] ?? 0);
    const results: ReadonlyMap<number, () => string> = new Map([
      [procedures.createLink, () => int(0) + int(7) + int(server.options.port) + int(1_024)],
      [procedures.write, () => anError() + int(2)],
      [procedures.read, () => anError() + int(Math.floor(random() * 8)) + opaque('answer')],
      [procedures.readStatusByte, () => anError() + int(16)],
    ]);
    await using server = await spoilingServer(random, (request) => {
      const xid = request.subarray(4, 8).toString('hex');
      const procedure = request.length >= 28 ? request.readUInt32BE(24) : 0;
      // The portmapper's GETPORT has a number that no procedure of the core channel has.
      const given = procedure === 3 ? int(server.options.port) : results.get(procedure)?.();
      return fromHex(success(random() < 0.05 ? '00abcdef' : xid, given ?? anError()));
    });
    const { host, port } = server.options;
    const rounds = count(4_000);
    for (let round = 0; round < rounds; round += 16) {
      const links = Array.from(
        { length: 16 },
        () => new Vxi11Link({ host, portmapperPort: port, ...(random() < 0.8 ? { port } : {}) }),
      );
      await Promise.all(
        links.map(async (link) => await useWholeLink(link, random, 50 + random() * 50)),
      );
    }
    await expect.poll(() => heldConnectionsTo(port), { message: `seed ${seed}` }).toBe(0);
    const promise = 'no bytes of a server end Signalbox, or keep it waiting';
    recordProof({ promise, test: title, count: rounds, planted: 0, caught: 0 });
  },
  300_000,
);
