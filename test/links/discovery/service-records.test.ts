import { decode, encode } from 'dns-packet';
import type { Answer } from 'dns-packet';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ServiceRecords,
  serviceRecordsMost,
} from '../../../src/links/discovery/service-records.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';

const type = '_hislip._tcp.local';
const name = `Meter on lab.${type}`;
const target = 'meter.local';
const ptr: Answer = { type: 'PTR', name: type, ttl: 120, data: name };
const srv: Answer = { type: 'SRV', name, ttl: 120, data: { port: 4_880, target } };
const txt: Answer = { type: 'TXT', name, ttl: 120, data: ['txtvers=1', 'Model=34465A'] };
const a: Answer = { type: 'A', name: target, ttl: 120, data: '10.77.0.1' };
const whole = [ptr, srv, txt, a];

const near = { name: 'eth0', address: '10.77.0.2', broadcast: '10.77.0.255', prefixLength: 24 };

let records: ServiceRecords;
beforeEach(() => {
  records = new ServiceRecords(['_hislip._tcp']);
});

const hear = (...answers: readonly Answer[]) =>
  records.add(decode(encode({ type: 'response', answers: [...answers] })), near);

describe('the records of services', () => {
  const facts = new Map([
    ['txtvers', '1'],
    ['model', '34465A'],
  ]);
  const service = { type: '_hislip._tcp', instance: 'Meter on lab', address: '10.77.0.1' };

  it.each([
    ['in one response', [whole]],
    ['in the other order', [whole.toReversed()]],
    ['one by one', whole.map((each) => [each])],
    ['one by one, the name last', whole.toReversed().map((each) => [each])],
    ['twice', [whole, whole]],
  ])('make one service, %s', (_what, responses) => {
    for (const response of responses) hear(...response);
    expect(records.services()).toEqual([{ ...service, port: 4_880, facts }]);
    expect(records.openQuestions()).toEqual([]);
  });

  it('are the same in upper and lower case', () => {
    hear(ptr, { ...srv, name: name.toUpperCase() }, { ...a, name: 'METER.local' });
    expect(records.services()).toMatchObject([service]);
  });

  it('are asked for where they are missing', () => {
    hear(ptr);
    expect(records.services()).toEqual([]);
    expect(records.openQuestions()).toEqual([{ type: 'SRV', name }]);
    hear(srv);
    expect(records.openQuestions()).toEqual([
      { type: 'TXT', name },
      { type: 'A', name: target },
    ]);
    hear(a);
    expect(records.services()).toMatchObject([service]);
  });

  it('are taken from the additional part of a response, too', () => {
    records.add(decode(encode({ type: 'response', answers: [ptr], additionals: [srv, a] })), near);
    expect(records.services()).toMatchObject([service]);
  });

  it('of a question say nothing', () => {
    records.add(decode(encode({ type: 'query', answers: whole })), near);
    expect(records.services()).toEqual([]);
  });

  it.each([
    ['another type', { ...ptr, name: '_http._tcp.local' }],
    ['a name under another type', { ...ptr, data: 'Meter._http._tcp.local' }],
  ] as [string, Answer][])('of %s make none', (_what, other) => {
    hear(other, srv, a);
    expect(records.services()).toEqual([]);
  });

  it('end with a goodbye', () => {
    hear(...whole);
    hear({ ...ptr, ttl: 0 });
    expect(records.services()).toEqual([]);
  });

  it.each([
    ['of another network', { ...a, data: '203.0.113.7' }],
    ['next to the network', { ...a, data: '10.77.1.1' }],
    ['of this machine alone', { ...a, data: '127.0.0.1' }],
    ['of IPv6', { ...a, type: 'AAAA', data: '2001:db8::1' }],
    ['of IPv6 that is link-local', { ...a, type: 'AAAA', data: 'fe80::1' }],
  ] as [string, Answer][])('lead to no address %s, but to a neighbour', (_what, elsewhere) => {
    hear(ptr, srv, elsewhere);
    expect(records.services()).toEqual([]);
    expect(records.openQuestions()).toContainEqual({ type: 'A', name: target });
    hear(a, elsewhere);
    expect(records.services()).toMatchObject([{ address: '10.77.0.1' }]);
  });

  it('say a fact once, as they said it first, and nothing without a key', () => {
    hear(ptr, srv, a, { ...txt, data: ['Model=one', 'model=two', '=three', 'four'] });
    expect(records.services()[0]?.facts).toEqual(new Map([['model', 'one']]));
  });

  it('are kept up to a bound', () => {
    for (let index = 0; index < serviceRecordsMost; index += 1) {
      hear({ ...a, name: `${index}.local` });
    }
    hear(...whole);
    expect(records.services()).toEqual([]);
    expect(records.openQuestions()).toEqual([]);
  });
});

it('no response ends a search, or makes more of it than its bound', () => {
  const random = randomFrom(6_762);
  const packet = encode({ type: 'response', answers: whole });
  for (let time = 0; time < count(100_000); time += 1) {
    const bytes = Buffer.from(packet);
    const changes = 1 + Math.floor(random() * 4);
    for (let change = 0; change < changes; change += 1) {
      bytes[2 + Math.floor(random() * (bytes.length - 2))] = Math.floor(random() * 256);
    }
    let message: ReturnType<typeof decode>;
    try {
      message = decode(bytes.subarray(0, random() < 0.1 ? 20 : bytes.length));
    } catch {
      continue;
    }
    try {
      if (time % 1_000 === 0) records = new ServiceRecords(['_hislip._tcp']);
      records.add(message, near);
      if (time % 100 !== 0) continue;
      expect(records.services().length).toBeLessThanOrEqual(serviceRecordsMost);
      expect(records.openQuestions().length).toBeLessThanOrEqual(2 * serviceRecordsMost);
    } catch (error) {
      throw new Error(`seed ${seed}: ${bytes.toString('hex')}`, { cause: error });
    }
  }
});
