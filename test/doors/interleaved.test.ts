import { expect, it } from 'vitest';
import {
  HislipDoor,
  HislipServer,
  Rfc2217Door,
  Vxi11Door,
  Vxi11Server,
} from '../../src/doors/index.ts';
import { ScpiDriver } from '../../src/instruments/index.ts';
import { linesProtocol } from '../../src/sessions/index.ts';
import { count } from '../support/count.ts';
import { recordProof } from '../support/proof.ts';
import { tcpPortIn } from '../support/tcp-port-in.ts';
import { HislipProgram } from './hislip/hislip-program.ts';
import { MessageBench } from './message-bench.ts';
import { Rfc2217Program } from './rfc2217/rfc2217-program.ts';
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
  await using serial = new Rfc2217Door({
    name: 'serial',
    tcpPort: 0,
    port: bench.bench.port,
    protocol: linesProtocol(new ScpiDriver({ parameters: [] })),
    settings: { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 },
  });
  await serial.open();
  const tcpPort = Number(/hislip0,(\d+)/.exec(bench.doors[0]?.status().address ?? '')?.[1]);
  using first = await HislipProgram.connect(tcpPort);
  using second = await Vxi11Program.connect(vxi11.tcpPort, 'inst1');
  const third = await bench.lineClient();
  using fourth = await Rfc2217Program.connect(tcpPortIn(serial.status().address));
  const programs = [
    first,
    second,
    third,
    { ask: async (query: string) => await fourth.query(`${query}\n`) },
  ];
  const each = Math.ceil(count(100_000) / programs.length);
  const asking = programs.map(async (program, n) => {
    let wrong = 0;
    for (let round = 0; round < each; round += 1) {
      const query = `Q${n}-${round}?`;
      if ((await program.ask(query)).trimEnd() !== `re ${query}`) wrong += 1;
    }
    return wrong;
  });
  expect(await Promise.all(asking)).toEqual([0, 0, 0, 0]);
  third.socket.destroy();
  recordProof({
    promise: 'A reply goes to its request or to nobody',
    test: 'clients at different doors get every answer of their own, and no other',
    count: programs.length * each,
    planted: 0,
    caught: 0,
  });
}, 300_000);
