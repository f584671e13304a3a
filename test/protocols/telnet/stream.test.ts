import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatenate, telnetOptions, TelnetStream } from '../../../src/protocols/index.ts';
import type { TelnetEvent } from '../../../src/protocols/index.ts';
import { fromHex, toHex } from '../hex.ts';
import '../../support/seed.ts';

const { binary, comPort } = telnetOptions;

function dataOf(events: readonly TelnetEvent[]): string {
  return toHex(concatenate(events.flatMap((event) => (event.kind === 'data' ? [event.data] : []))));
}

describe('a telnet stream', () => {
  it('answers what is asked, and tells what is on', () => {
    const stream = new TelnetStream({ local: [binary], remote: [comPort] });
    const { events, reply } = stream.push(fromHex('41 ff fd 00 ff fb 2c ff fb 01 ff fb 2c 42'));
    expect(toHex(reply)).toBe('ff fb 00 ff fd 2c ff fe 01');
    expect(events).toEqual([
      { kind: 'data', data: fromHex('41') },
      { kind: 'option', side: 'local', option: binary, isOn: true },
      { kind: 'option', side: 'remote', option: comPort, isOn: true },
      { kind: 'data', data: fromHex('42') },
    ]);
    expect(stream.isOn('local', binary)).toBe(true);
  });

  it('asks, and knows whether the answer came', () => {
    const stream = new TelnetStream();
    expect(toHex(stream.ask('remote', comPort, true))).toBe('ff fd 2c');
    expect(stream.isPending('remote', comPort)).toBe(true);
    expect(stream.push(fromHex('ff fc 2c'))).toMatchObject({ events: [] });
    expect(stream.isPending('remote', comPort)).toBe(false);
  });

  it('BINARY counts from where it was agreed on, in each direction for itself', () => {
    const stream = new TelnetStream({ local: [binary], remote: [binary] });
    const { events } = stream.push(fromHex('0d 00 ff fb 00 0d 00 ff fc 00 0d 00'));
    expect(dataOf(events)).toBe('0d 0d 00 0d');
    expect(toHex(stream.encode(fromHex('0d ff')))).toBe('0d 00 ff ff');
    stream.push(fromHex('ff fd 00'));
    expect(toHex(stream.encode(fromHex('0d ff')))).toBe('0d ff ff');
  });

  it('can be binary without an agreement', () => {
    const stream = new TelnetStream({ isAlwaysBinary: true });
    expect(dataOf(stream.push(fromHex('0d 00')).events)).toBe('0d 00');
    expect(toHex(stream.encode(fromHex('0d 00')))).toBe('0d 00');
  });

  it('any data in any pieces comes as it was, whatever is agreed on', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const special = fc.array(fc.constantFrom(0x00, 0x0a, 0x0d, 0xff), { maxLength: 50 });
    const data = fc.oneof(
      bytes,
      special.map((each) => Uint8Array.from(each)),
    );
    fc.assert(
      fc.property(fc.array(data), fc.boolean(), fc.nat({ max: 20 }), (sent, isBinary, cut) => {
        const one = new TelnetStream({ local: [binary], remote: [binary] });
        const other = new TelnetStream({ local: [binary], remote: [binary] });
        const pieces = isBinary ? [one.ask('local', binary, true)] : [];
        if (isBinary) one.push(other.push(pieces.shift() ?? new Uint8Array()).reply);
        expect(one.isOn('local', binary)).toBe(isBinary);
        const stream = concatenate([...sent.map((each) => one.encode(each)), new Uint8Array()]);
        const found: TelnetEvent[] = [];
        for (let at = 0; at < stream.length; at += cut + 1) {
          found.push(...other.push(stream.subarray(at, at + cut + 1)).events);
        }
        expect(dataOf(found)).toBe(toHex(concatenate([...sent, new Uint8Array()])));
      }),
    );
  });

  it('a reply is never longer than what it answers', () => {
    const words = fc.constantFrom('ff', 'fb', 'fc', 'fd', 'fe', 'fa', 'f0', '00', '2c', '41');
    fc.assert(
      fc.property(fc.array(fc.array(words)), (chunks) => {
        const stream = new TelnetStream({ local: [0], remote: [44] });
        let [came, went] = [0, 0];
        for (const chunk of chunks) {
          came += chunk.length;
          went += stream.push(fromHex(chunk.join(''))).reply.length;
          expect(went).toBeLessThanOrEqual(came);
        }
      }),
    );
  });
});
