import { expect, it } from 'vitest';
import { loadDnsCodec } from '../../../src/doors/advertise/dns-codec.ts';
import { directAnswersMost, Responder } from '../../../src/doors/advertise/responder.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { bytesOf, labels, srvData, withBit } from './wire.ts';

const host = ['signalbox-10-77-0-1', 'local'];
const type = ['_hislip', '_tcp', 'local'];
const instance = ['meter on lab', ...type];
const rival = {
  name: instance,
  type: 'SRV',
  class: withBit,
  ttl: 120,
  data: srvData(9, ['other', 'local']),
} as const;
const known = { name: type, type: 'PTR', ttl: 4_500, data: labels(instance) } as const;

/** What others say to the group, to be spoiled. */
const packets: readonly Uint8Array[] = [
  bytesOf({ questions: [{ name: type, type: 'PTR' }] }),
  bytesOf({ questions: [{ name: type, type: 'PTR', class: withBit }], answers: [known] }),
  bytesOf({ questions: [{ name: instance, type: 'ANY' }], authorities: [rival] }),
  bytesOf({
    questions: [
      { name: instance, type: 'SRV' },
      { name: host, type: 'A' },
    ],
  }),
  bytesOf({ flags: 0x8400, answers: [rival] }),
  bytesOf({ flags: 0x8400, answers: [known, { ...rival, type: 'TXT', data: labels(['a=b']) }] }),
  bytesOf({ flags: 0x8400, answers: [{ ...rival, name: host, type: 'A', data: [10, 0, 0, 9] }] }),
];

it('no packet ends a responder, keeps it from answering, or makes it send without bound', async () => {
  const codec = await loadDnsCodec();
  const random = randomFrom(5_353);
  const clock = new ManualClock();
  let sent = 0;
  let last = new Uint8Array();
  const responder = new Responder({
    services: ['meter on lab', 'other on lab'].map((name) => ({
      type: '_hislip._tcp',
      instance: name,
      host: '0.0.0.0',
      tcpPort: 4_880,
      facts: () => ({ Model: 'SIM34401' }),
    })),
    address: '10.77.0.1',
    codec,
    send: (bytes) => {
      sent += 1;
      last = new Uint8Array(bytes);
    },
    clock,
    random,
  });
  responder.start();
  await clock.advance(4_000);
  sent = 0;
  const startMs = clock.monotonic();
  for (let time = 0; time < count(100_000); time += 1) {
    const packet = spoiled(packets[Math.floor(random() * packets.length)] ?? last, random);
    const port = random() < 0.5 ? 5_353 : 40_000;
    try {
      responder.take(packet, { address: '10.77.0.2', port });
    } catch (error) {
      throw new Error(`seed ${seed}: ${Buffer.from(packet).toString('hex')}`, { cause: error });
    }
    if (time % 50 === 0) await clock.advance(100);
  }
  const seconds = Math.ceil((clock.monotonic() - startMs) / 1_000);
  // To all: a probe each 250 ms, and each of 13 records at most four times a second.
  expect(sent).toBeLessThan(seconds * (directAnswersMost + 4 + 13 * 4));
  await clock.advance(60_000);
  sent = 0;
  const name = responder.names[1]?.split('.')[0] ?? '';
  responder.take(bytesOf({ questions: [{ name: [name, ...type], type: 'SRV' }] }), {
    address: '10.77.0.2',
    port: 5_353,
  });
  await clock.advance(2_000);
  expect(sent).toBe(1);
  expect(clock.pendingCount).toBe(0);
  responder.close();
});

/** Changed, cut, lengthened or left as it is. */
function spoiled(packet: Uint8Array, random: () => number): Uint8Array {
  const bytes = [...packet];
  const changes = Math.floor(random() * 4);
  for (let change = 0; change < changes; change += 1) {
    const at = Math.floor(random() * bytes.length);
    const kind = random();
    if (kind < 0.6) bytes[at] = Math.floor(random() * 256);
    else if (kind < 0.8) bytes.splice(at, Math.floor(random() * 4));
    else bytes.splice(at, 0, ...Array.from({ length: 3 }, () => Math.floor(random() * 256)));
  }
  return Uint8Array.from(random() < 0.1 ? bytes.slice(0, Math.floor(random() * 20)) : bytes);
}
