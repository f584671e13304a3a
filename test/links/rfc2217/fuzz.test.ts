import { expect, it } from 'vitest';
import { isSignalboxError } from '../../../src/kernel/index.ts';
import { rfc2217LinkFactory } from '../../../src/links/index.ts';
import {
  concatenate,
  encodeComPort,
  encodeNegotiation,
  encodeSubnegotiation,
  encodeTelnetData,
} from '../../../src/protocols/index.ts';
import { RandomBytes } from '../../protocols/random-bytes.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { LoopbackServer } from '../tcp/loopback-server.ts';
import { serveScript } from './scripted-server.ts';

const forever = new AbortController().signal;
const special = [0x00, 0x0a, 0x0d, 0x2c, 0xf0, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff];

/** What a server says, for the most part. */
function token(random: RandomBytes): Uint8Array {
  switch (random.below(5)) {
    case 0:
      return encodeNegotiation(random.one(['will', 'wont', 'do', 'dont']), random.one([0, 3, 44]));
    case 1:
      return encodeComPort({ kind: 'baud-rate', baudRate: random.one([9_600, 38_400]) }, 'server');
    case 2:
      return encodeComPort({ kind: random.one(['suspend', 'resume']) }, 'server');
    case 3:
      return encodeSubnegotiation(44, Uint8Array.of(100 + random.below(13), random.byte()));
    default:
      return encodeTelnetData(random.bytes(random.below(30)), true);
  }
}

it('an RFC 2217 link ends with a typed error, whatever its server says', async () => {
  const random = new RandomBytes(randomFrom(22), special);
  await using server = await LoopbackServer.listen((client) => {
    client.resume();
    const tokens = Array.from({ length: 1 + random.below(12) }, () => token(random));
    const begin = random.chance(0.7) ? [encodeNegotiation('do', 44)] : [];
    const said = concatenate([...begin, ...tokens]);
    client.end(random.chance(0.6) ? random.mutate(said) : said);
  });
  for (let turn = 0; turn < count(2_000); turn += 1) {
    const link = rfc2217LinkFactory({ ...server.options }).create();
    const outcome: unknown = await link.open(forever).catch((error: unknown) => error);
    expect(isSignalboxError(outcome), `seed ${seed}, turn ${turn}: ${String(outcome)}`).toBe(true);
    await link.close();
  }
}, 300_000);

it('bytes come through as they are, whatever a server says between them', async () => {
  const random = new RandomBytes(randomFrom(17), special);
  const { server, clients } = await serveScript({ data: () => {} });
  await using _server = server;
  const link = rfc2217LinkFactory({ ...server.options }).create();
  await link.open(forever);
  for (let turn = 0; turn < count(2_000); turn += 1) {
    const parts: Uint8Array[] = [];
    const said: Uint8Array[] = [];
    while (parts.length < 5 || concatenate(parts).length === 0) {
      const part = random.bytes(random.below(40));
      parts.push(part);
      said.push(encodeTelnetData(part, true));
      // Nothing that turns BINARY off.
      const kind = random.one(['suspend', 'resume'] as const);
      said.push(encodeComPort({ kind }, 'server'));
      said.push(encodeSubnegotiation(44, Uint8Array.of(106 + random.below(2), random.byte())));
      said.push(encodeNegotiation(random.one(['will', 'do']), random.one([1, 24, 255])));
    }
    const bytes = concatenate(said);
    const cut = random.below(bytes.length);
    clients[0]?.socket.write(bytes.subarray(0, cut));
    await new Promise(setImmediate);
    clients[0]?.socket.write(bytes.subarray(cut));
    const wanted = Buffer.from(concatenate(parts));
    const got: Uint8Array[] = [];
    for (let length = 0; length < wanted.length;) {
      const { data } = await link.read(forever);
      got.push(data);
      length += data.length;
    }
    expect(Buffer.concat(got).equals(wanted), `seed ${seed}, turn ${turn}`).toBe(true);
  }
  await link.close();
}, 300_000);
