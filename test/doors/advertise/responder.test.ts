import { beforeEach, describe, expect, it } from 'vitest';
import { loadDnsCodec } from '../../../src/doors/advertise/dns-codec.ts';
import {
  conflictsMost,
  directAnswersMost,
  Responder,
} from '../../../src/doors/advertise/responder.ts';
import type { Sender } from '../../../src/doors/advertise/responder.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { bytesOf, labels, read, srvData, withBit } from './wire.ts';
import type { ReadMessage, WireMessage, WireRecord } from './wire.ts';

const codec = await loadDnsCodec();
const all: Sender = { address: '224.0.0.251', port: 5_353 };
const asker: Sender = { address: '10.77.0.2', port: 5_353 };
const response = 0x8400;
const host = ['signalbox-10-77-0-1', 'local'];
const type = ['_hislip', '_tcp', 'local'];
const instance = ['meter on lab', ...type];
const otherHost = ['other', 'local'];

let clock: ManualClock;
let facts: Record<string, string>;
let sent: { readonly to: Sender; readonly message: ReadMessage }[];
let responder: Responder;
beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  facts = {};
  responder = make(['meter on lab']);
});

function make(instances: readonly string[], address = '10.77.0.1'): Responder {
  return new Responder({
    services: instances.map((name) => ({
      type: '_hislip._tcp',
      instance: name,
      host: '0.0.0.0',
      tcpPort: 4_880,
      facts: () => facts,
    })),
    address,
    codec,
    send: (bytes, to = all) => void sent.push({ to, message: read(bytes) }),
    clock,
    random: () => 0,
  });
}

const hear = (message: WireMessage, from = asker) => responder.take(bytesOf(message), from);
const messages = () => sent.splice(0).map(({ message }) => message);
const answers = () => messages().flatMap((message) => message.answers);

/** Probing takes 750 ms, the two announcements a second. */
async function settled(): Promise<void> {
  responder.start();
  await clock.advance(4_000);
  messages();
}

const srv = `SRV meter on lab._hislip._tcp.local 8001 120 0 0 4880 signalbox-10-77-0-1.local`;
const txt = `TXT meter on lab._hislip._tcp.local 8001 120 txtvers=1`;
const ptr = `PTR _hislip._tcp.local 1 4500 meter on lab._hislip._tcp.local`;
const typePtr = `PTR _services._dns-sd._udp.local 1 4500 _hislip._tcp.local`;
const a = `A signalbox-10-77-0-1.local 8001 120 10.77.0.1`;
const rivalSrv = (port = 9): WireRecord => {
  const data = srvData(port, otherHost);
  return { name: instance, type: 'SRV', class: withBit, ttl: 120, data };
};

describe('a responder that starts', () => {
  it('asks three times for its names, 250 ms apart, and says what it would have', async () => {
    responder.start();
    await clock.advance(0);
    const [probe] = messages();
    expect(probe).toEqual({
      id: 0,
      flags: 0,
      questions: ['ANY signalbox-10-77-0-1.local 1', 'ANY meter on lab._hislip._tcp.local 1'],
      answers: [],
      authorities: [a, srv, txt],
      additionals: [],
    });
    await clock.advance(249);
    expect(messages()).toEqual([]);
    await clock.advance(1);
    expect(messages()).toEqual([probe]);
    await clock.advance(250);
    expect(messages()).toEqual([probe]);
    await clock.advance(249);
    expect(messages()).toEqual([]);
  });

  it('answers nothing before its names are its own', async () => {
    responder.start();
    await clock.advance(700);
    messages();
    hear({ questions: [{ name: type, type: 'PTR' }] });
    await clock.advance(49);
    expect(messages()).toEqual([]);
  });

  it('announces everything twice, a second apart, and is silent then', async () => {
    responder.start();
    await clock.advance(749);
    messages();
    await clock.advance(1);
    const [announcement, ...rest] = messages();
    expect(rest).toEqual([]);
    expect(announcement?.flags).toBe(response);
    const nsec = 'NSEC signalbox-10-77-0-1.local 8001 120 ';
    expect(announcement?.answers).toEqual([a, nsec, srv, txt, ptr, typePtr]);
    await clock.advance(999);
    expect(messages()).toEqual([]);
    await clock.advance(1);
    expect(messages()).toEqual([announcement]);
    await clock.advance(1_000_000);
    expect(messages()).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });
});

describe('a responder that is asked', () => {
  beforeEach(settled);

  it('names the instances of a type, with all that is needed to come in', async () => {
    hear({ questions: [{ name: type, type: 'PTR' }] });
    await clock.advance(19);
    expect(messages()).toEqual([]);
    await clock.advance(1);
    const [message] = messages();
    expect(message?.answers).toEqual([ptr]);
    expect(message?.additionals).toEqual([srv, a, expect.stringMatching(/^NSEC/), txt]);
    expect([message?.id, message?.flags, message?.questions]).toEqual([0, response, []]);
  });

  it.each([
    ['the types that there are', ['_services', '_dns-sd', '_udp', 'local'], 'PTR', [typePtr]],
    ['where a service is', instance, 'SRV', [srv]],
    ['what it says of itself', instance, 'TXT', [txt]],
    ['the address of the host', host, 'A', [a]],
    ['all of a name', instance, 'ANY', [srv, txt]],
    ['a name in other letters', ['METER on Lab', '_HISLIP', '_TCP', 'Local'], 'SRV', [srv]],
    ['an address that it has not', host, 'AAAA', [expect.stringMatching(/^NSEC/)]],
    ['what somebody else has', ['other', 'local'], 'A', []],
  ] as const)('says %s', async (_what, name, asked, expected) => {
    hear({ questions: [{ name, type: asked }] });
    await clock.advance(20);
    expect(answers()).toEqual(expected);
  });

  it('keeps silent to who has the answer already, with half of its time or more', async () => {
    const known = { name: type, type: 'PTR', data: labels(instance) } as const;
    const questions = [{ name: type, type: 'PTR' }] as const;
    hear({ questions, answers: [{ ...known, ttl: 2_250 }] });
    await clock.advance(5_000);
    expect(messages()).toEqual([]);
    hear({ questions, answers: [{ ...known, ttl: 2_249 }] });
    await clock.advance(20);
    expect(answers()).toEqual([ptr]);
    hear({ questions, answers: [{ ...known, data: labels(['x', ...type]), ttl: 4_500 }] });
    await clock.advance(5_000);
    expect(answers()).toEqual([ptr]);
  });

  it('answers who asks for a unicast alone, where all have heard it lately', async () => {
    hear({ questions: [{ name: type, type: 'PTR' }] });
    await clock.advance(20);
    sent = [];
    hear({ questions: [{ name: type, type: 'PTR', class: withBit }] });
    expect(sent.map(({ to }) => to)).toEqual([asker]);
    expect(sent[0]?.message.answers).toEqual([ptr]);
    await clock.advance(5_000);
    expect(sent).toHaveLength(1);
    await clock.advance(4_500_000 / 4);
    sent = [];
    hear({ questions: [{ name: type, type: 'PTR', class: withBit }] });
    await clock.advance(5_000);
    expect(sent.map(({ to }) => to)).toEqual([asker, all]);
  });

  it('answers a resolver that knows nothing of multicast as a server would', async () => {
    const from = { address: '10.77.0.2', port: 40_000 };
    hear({ id: 0x1234, questions: [{ name: instance, type: 'SRV' }] }, from);
    await clock.advance(5_000);
    expect(sent.map(({ to }) => to)).toEqual([from]);
    const [message] = messages();
    expect(message).toMatchObject({ id: 0x1234, flags: response });
    expect(message?.questions).toEqual(['SRV meter on lab._hislip._tcp.local 1']);
    const legacy = (line: string) => line.replace(' 8001 120 ', ' 1 10 ');
    expect(message?.answers).toEqual([legacy(srv)]);
    expect(message?.additionals[0]).toBe(legacy(a));
  });

  it('says a record to all at most once a second, whoever asks, and then to who asked in between', async () => {
    for (let time = 0; time < 1_000; time += 1) {
      hear({ questions: [{ name: instance, type: 'SRV' }] });
      await clock.advance(10);
    }
    await clock.advance(1_000);
    const count = answers().length;
    hear({ questions: [{ name: instance, type: 'SRV' }] });
    await clock.advance(500);
    hear({ questions: [{ name: instance, type: 'SRV' }] });
    expect(count).toBeGreaterThanOrEqual(9);
    expect(count).toBeLessThanOrEqual(12);
    await clock.advance(1_000);
    expect(answers()).toEqual([srv, srv]);
  });

  it('gives single machines a bounded number of answers in a second', async () => {
    const questions = [{ name: instance, type: 'SRV' }] as const;
    for (let time = 0; time < 500; time += 1) hear({ questions }, { ...asker, port: 40_000 });
    expect(messages()).toHaveLength(directAnswersMost);
    await clock.advance(1_000);
    hear({ questions }, { ...asker, port: 40_000 });
    expect(messages()).toHaveLength(1);
  });

  it.each([
    ['another operation', { flags: 0x2800, questions: [{ name: instance, type: 'SRV' }] }],
    ['an error', { flags: 0x0003, questions: [{ name: instance, type: 'SRV' }] }],
    ['another class', { questions: [{ name: instance, type: 'SRV', class: 3 }] }],
    ['a response', { flags: response, questions: [{ name: instance, type: 'SRV' }] }],
  ] satisfies [string, WireMessage][])('does not answer %s', async (_what, message) => {
    hear(message);
    await clock.advance(5_000);
    expect(messages()).toEqual([]);
  });

  it('does not answer what is no message', async () => {
    for (const bytes of [[], [0], Array<number>(12).fill(255), [...bytesOf({}), 0xc0, 12]]) {
      responder.take(Uint8Array.from(bytes), asker);
    }
    await clock.advance(5_000);
    expect(messages()).toEqual([]);
  });

  it('says what an instrument is as soon as somebody knows', async () => {
    facts = { Manufacturer: 'Keysight', Model: '34465A' };
    hear({ questions: [{ name: instance, type: 'TXT' }] });
    await clock.advance(20);
    expect(answers()).toEqual([`${txt} Manufacturer=Keysight Model=34465A`]);
  });
});

describe('a name that somebody else has', () => {
  it('is given up for the next one while it is asked for', async () => {
    responder.start();
    await clock.advance(300);
    hear({ flags: response, answers: [rivalSrv()] });
    expect(responder.names).toContain('meter on lab (2)._hislip._tcp.local');
    await clock.advance(4_000);
    expect(answers()).toContain(ptr.replaceAll(/meter on lab/g, 'meter on lab (2)'));
  });

  it('is asked for once more where it was settled, and kept where nobody speaks up', async () => {
    await settled();
    hear({ flags: response, answers: [rivalSrv()] });
    await clock.advance(0);
    expect(messages()[0]?.questions).toEqual(['ANY meter on lab._hislip._tcp.local 1']);
    await clock.advance(4_000);
    expect(responder.names).toContain('meter on lab._hislip._tcp.local');
    hear({ flags: response, answers: [rivalSrv()] });
    await clock.advance(100);
    hear({ flags: response, answers: [rivalSrv()] });
    await clock.advance(4_000);
    expect(responder.names).toContain('meter on lab (2)._hislip._tcp.local');
  });

  it('does not keep the other names from being answered for', async () => {
    await settled();
    hear({ flags: response, answers: [rivalSrv()] });
    messages();
    hear({
      questions: [
        { name: host, type: 'A' },
        { name: instance, type: 'SRV' },
      ],
    });
    await clock.advance(0);
    expect(answers()).toEqual([a]);
  });

  it.each([
    ['the same data', { ...rivalSrv(), data: srvData(4_880, host) }],
    ['a goodbye', { ...rivalSrv(), ttl: 0 }],
  ])('is not taken by %s', async (_what, record) => {
    await settled();
    hear({ flags: response, answers: [record] });
    await clock.advance(4_000);
    expect(messages()).toEqual([]);
  });

  it('is not taken by a response from another port', async () => {
    await settled();
    hear({ flags: response, answers: [rivalSrv()] }, { ...asker, port: 40_000 });
    await clock.advance(4_000);
    expect(messages()).toEqual([]);
  });

  it('is defended against one who asks for it, at once', async () => {
    await settled();
    const questions = [{ name: instance, type: 'ANY' }] as const;
    hear({ questions, authorities: [rivalSrv()] });
    await clock.advance(0);
    expect(answers()).toEqual([srv, txt]);
    await clock.advance(250);
    hear({ questions, authorities: [rivalSrv()] });
    await clock.advance(0);
    expect(answers()).toEqual([srv, txt]);
  });

  it.each([
    ['later', 65_535, 1_000],
    ['earlier', 9, 250],
  ])('waits for who asks at the same time with %s records', async (_what, port, waitMs) => {
    responder = make(['meter on lab']);
    responder.start();
    await clock.advance(0);
    messages();
    const data = [...labels(['txtvers=0'])].slice(0, -1);
    const theirs = { name: instance, type: 'TXT', class: withBit, ttl: 120, data } as const;
    const same = { ...theirs, data: labels(['txtvers=1']).slice(0, -1) };
    hear({
      questions: [{ name: instance, type: 'ANY' }],
      authorities: [rivalSrv(port), same],
    });
    await clock.advance(waitMs - 1);
    expect(messages()).toEqual([]);
    await clock.advance(1);
    expect(messages()).toHaveLength(1);
  });

  it('costs longer waits when it happens again and again', async () => {
    responder.start();
    for (let time = 1; time <= conflictsMost; time += 1) {
      await clock.advance(0);
      expect(messages().length).toBeGreaterThan(0);
      const taken = responder.names[1]?.split('.')[0] ?? '';
      hear({ flags: response, answers: [{ ...rivalSrv(), name: [taken, ...type] }] });
    }
    await clock.advance(0);
    messages();
    const taken = responder.names[1]?.split('.')[0] ?? '';
    hear({ flags: response, answers: [{ ...rivalSrv(), name: [taken, ...type] }] });
    await clock.advance(4_999);
    expect(messages()).toEqual([]);
    await clock.advance(1);
    expect(messages()).toHaveLength(1);
  });
});

describe('a responder that ends', () => {
  it('takes back its services, leaves the address and the types, and is silent', async () => {
    await settled();
    hear({ questions: [{ name: type, type: 'PTR' }] });
    responder.close();
    const gone = (line: string) => line.replace(/ (120|4500) /, ' 0 ');
    expect(answers()).toEqual([srv, txt, ptr].map(gone));
    hear({ questions: [{ name: type, type: 'PTR' }] });
    await clock.advance(10_000);
    responder.close();
    expect(messages()).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });

  it('says no goodbye for names that it never had', async () => {
    responder.start();
    await clock.advance(300);
    messages();
    responder.close();
    expect(messages()).toEqual([]);
  });
});

describe('names', () => {
  it.each([
    ['Fluke 8845A rev. 2.1', 'Fluke 8845A rev 2-1'],
    ['a\nb', 'ab'],
    ['…', '…'],
    ['.', 'unnamed'],
    ['ä'.repeat(40), 'ä'.repeat(31)],
  ])('fit into a label: %s', (title, expected) => {
    responder = make([title]);
    expect(responder.names[1]).toBe(`${expected}._hislip._tcp.local`);
  });

  it('still fit with a number at their end', async () => {
    responder = make(['ä'.repeat(40)]);
    responder.start();
    const name = ['ä'.repeat(31), ...type];
    hear({ flags: response, answers: [{ ...rivalSrv(), name }] });
    expect(responder.names[1]).toBe(`${'ä'.repeat(29)} (2)._hislip._tcp.local`);
  });
});

it('many services are announced in messages that fit into packets', async () => {
  const sizes: number[] = [];
  responder = new Responder({
    services: Array.from({ length: 100 }, (_, index) => ({
      type: '_scpi-raw._tcp',
      instance: `meter ${index} on lab`,
      host: '0.0.0.0',
      tcpPort: 5_000 + index,
      facts: () => ({}),
    })),
    address: '10.77.0.1',
    codec,
    send: (bytes) => void sizes.push(bytes.length),
    clock,
    random: () => 0,
  });
  responder.start();
  await clock.advance(4_000);
  responder.close();
  expect(sizes.length).toBeGreaterThan(30);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_440);
});
