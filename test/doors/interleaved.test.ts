import { expect, it } from 'vitest';
import { HislipDoor, HislipServer, Vxi11Door, Vxi11Server } from '../../src/doors/index.ts';
import { count } from '../support/count.ts';
import { recordProof } from '../support/proof.ts';
import { HislipProgram } from './hislip/hislip-program.ts';
import { MessageBench } from './message-bench.ts';
import { Vxi11Program } from './vxi11/vxi11-program.ts';

it('clients at different doors get every answer of their own, and no other', async () => {
  const hislip = new HislipServer({ tcpPort: 0 });
  const vxi11 = new Vxi11Server({ hasPortmapper: false });
  await using bench = await MessageBench.open(
    (parts) =>
      parts.device.index === 0
        ? new HislipDoor({ ...parts, server: hislip })
        : // The second instrument is at the same line.
          new Vxi11Door({ ...parts, server: vxi11 }),
    (request, side) => side.reply(`re ${request}`),
  );
  const tcpPort = Number(/hislip0,(\d+)/.exec(bench.doors[0]?.status().address ?? '')?.[1]);
  using first = await HislipProgram.connect(tcpPort);
  using second = await Vxi11Program.connect(vxi11.tcpPort, 'inst1');
  const third = await bench.lineClient();
  const each = Math.ceil(count(100_000) / 3);
  const asking = [first, second, third].map(async (program, n) => {
    let wrong = 0;
    for (let round = 0; round < each; round += 1) {
      const query = `Q${n}-${round}?`;
      if ((await program.ask(query)).trimEnd() !== `re ${query}`) wrong += 1;
    }
    return wrong;
  });
  expect(await Promise.all(asking)).toEqual([0, 0, 0]);
  third.socket.destroy();
  recordProof({
    promise: 'A reply goes to its request or to nobody',
    test: 'clients at different doors get every answer of their own, and no other',
    count: 3 * each,
    planted: 0,
    caught: 0,
  });
}, 300_000);
