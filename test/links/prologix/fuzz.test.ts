import { expect, it } from 'vitest';
import { isSignalboxError } from '../../../src/kernel/index.ts';
import { prologixLinkFactory, tcpLinkFactory } from '../../../src/links/index.ts';
import { RandomBytes } from '../../protocols/random-bytes.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { LoopbackServer } from '../tcp/loopback-server.ts';
import { serveAdapter } from './adapter-simulator.ts';
import { GpibInstrument } from './gpib-instrument.ts';

const forever = new AbortController().signal;
const special = [0x0a, 0x0d, 0x1b, 0x2b, 0x31, 0x32, 0x39, 0x80, 0xc0, 0xff];

it('replies of any bytes come through whole, however an instrument says them', async () => {
  const random = new RandomBytes(randomFrom(91), special);
  let reply = new Uint8Array();
  const meter = new GpibInstrument(() => {
    const cut = random.below(reply.length);
    return [
      { data: reply.subarray(0, cut), eoi: false },
      { data: reply.subarray(cut), eoi: true },
    ];
  });
  const { server } = await serveAdapter(new Map([['9', meter]]));
  await using _server = server;
  const adapter = tcpLinkFactory(server.options);
  const options = { adapter, primary: 9, random: () => random.below(1_000) / 1_000 };
  const link = prologixLinkFactory(options).create();
  await link.open(forever);
  for (let turn = 0; turn < count(5_000); turn += 1) {
    reply = Uint8Array.from(random.bytes(1 + random.below(random.chance(0.1) ? 5_000 : 40)));
    const message = random.bytes(1 + random.below(60));
    await link.write(message, { end: true, signal: forever });
    link.askForReply?.(20_000);
    const chunks: Uint8Array[] = [];
    for (let isEnd = false; !isEnd;) {
      const chunk = await link.read(forever);
      chunks.push(chunk.data);
      isEnd = chunk.end;
    }
    expect(Buffer.concat(chunks).equals(reply), `seed ${seed}, turn ${turn}`).toBe(true);
    const heard = meter.log.splice(0).at(-1) ?? '';
    expect(Buffer.from(heard, 'latin1').equals(message), `seed ${seed}, turn ${turn}`).toBe(true);
  }
  await link.close();
}, 300_000);

it('a link to an adapter ends with a typed error, whatever comes instead of answers', async () => {
  const random = new RandomBytes(randomFrom(92), special);
  await using server = await LoopbackServer.listen((client) => {
    client.resume();
    client.write(random.bytes(random.below(80)));
    client.end(random.chance(0.5) ? '200\r\n2600\r\nversion 1\r\n' : random.bytes(30));
  });
  for (let turn = 0; turn < count(2_000); turn += 1) {
    const link = prologixLinkFactory({
      adapter: tcpLinkFactory(server.options),
      primary: 9,
      random: () => 0,
    }).create();
    const outcome: unknown = await link.open(forever).catch((error: unknown) => error);
    expect(isSignalboxError(outcome), `seed ${seed}, turn ${turn}: ${String(outcome)}`).toBe(true);
    await link.close();
  }
}, 300_000);
