import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeHislip,
  encodeHislipData,
  hislipControlBytesMost,
  HislipMessageReader,
} from '../../../src/protocols/index.ts';
import type { HislipEvent, HislipMessage } from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { bytesOf, textBytes } from './hex.ts';
import { joined } from './joined-events.ts';

const clientSync = (): HislipMessageReader =>
  new HislipMessageReader({ from: 'client', channel: 'synchronous' });
const clientAsync = (): HislipMessageReader =>
  new HislipMessageReader({ from: 'client', channel: 'asynchronous' });
const query: HislipMessage = { type: 'AsyncStatusQuery', messageId: 0, rmtDelivered: false };

function header(type: number, length: string, control = '00'): Uint8Array {
  const code = type.toString(16).padStart(2, '0');
  return bytesOf(`48 53 ${code} ${control} 00 00 00 00 ${length}`);
}

const drawnMessage: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc
    .record({
      isEnd: fc.boolean(),
      messageId: fc.nat(),
      rmtDelivered: fc.boolean(),
      payload: fc.uint8Array({ maxLength: 300 }),
    })
    .map(({ payload, ...data }) =>
      Uint8Array.of(...encodeHislipData({ ...data, payloadBytes: payload.length }), ...payload),
    ),
  fc.nat().map((messageId) => encodeHislip({ type: 'Trigger', messageId, rmtDelivered: false })),
  fc
    .string({ unit: 'grapheme-ascii', maxLength: 200 })
    .map((text) => encodeHislip({ type: 'Error', code: 0, text })),
);

describe('the HiSLIP reader', () => {
  it('finds the same in a stream wherever it is cut', () => {
    const drawn = fc.tuple(
      fc.array(drawnMessage, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat({ max: 40 })),
    );
    fc.assert(
      fc.property(drawn, ([messages, cuts]) => {
        const stream = Uint8Array.from(messages.flatMap((bytes) => [...bytes]));
        const whole = clientSync().push(stream);
        const reader = clientSync();
        const pieces: HislipEvent[] = [];
        let at = 0;
        for (const length of [...cuts, stream.length]) {
          // What is handed on must not change when the link uses its buffer again.
          const chunk = stream.slice(at, at + length);
          pieces.push(...joined(reader.push(chunk)));
          chunk.fill(0xaa);
          at += length;
        }
        expect(joined(pieces)).toEqual(joined(whole));
        expect(reader.isInside).toBe(false);
        expect(whole.some(({ kind }) => kind === 'refused' || kind === 'broken')).toBe(false);
      }),
      { numRuns: count(5_000) },
    );
  });

  it('hands 1 GiB on as it comes, in views of the chunks', () => {
    const reader = clientSync();
    const chunk = new Uint8Array(1_048_576);
    const [begin] = reader.push(header(7, '00 00 00 00 40 00 00 00'));
    expect(begin).toMatchObject({ kind: 'begin', data: { payloadBytes: 1_073_741_824 } });
    for (let sent = 1; sent <= 1_024; sent += 1) {
      const [piece, ...more] = reader.push(chunk);
      if (piece?.kind !== 'piece' || piece.bytes.buffer !== chunk.buffer) {
        expect.unreachable(`chunk ${sent} came as ${JSON.stringify(piece?.kind)}`);
      }
      expect(more.map(({ kind }) => kind)).toEqual(sent === 1_024 ? ['end'] : []);
    }
    expect(reader.push(encodeHislip({ type: 'Error', code: 0, text: '' }))).toHaveLength(1);
  });

  it('holds no more for a length on the wire than what came', () => {
    const readers = Array.from({ length: 200 }, (_, at) => {
      const reader = at % 2 === 0 ? clientSync() : clientAsync();
      // 16 TiB of data, and 1 GiB of a lock's key.
      const claim = at % 2 === 0 ? '00 00 10 00 00 00 00 00' : '00 00 00 00 40 00 00 00';
      reader.push(header(at % 2 === 0 ? 7 : 4, claim, '01'));
      return reader;
    });
    const chunk = new Uint8Array(1_048_576);
    const before = process.memoryUsage().arrayBuffers;
    for (const reader of readers) reader.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * chunk.length);
    expect(readers.every(({ isInside }) => isInside)).toBe(true);
  });

  it('breaks at the first byte that can begin no message', () => {
    for (const hex of ['00', '48 00', '47 45 54 20 2f']) {
      const reader = new HislipMessageReader({ from: 'client' });
      expect(reader.push(bytesOf(hex))).toMatchObject([{ kind: 'broken', fatalCode: 1 }]);
      expect(reader.isBroken).toBe(true);
      expect(reader.push(encodeHislip({ type: 'AsyncInitialize', sessionId: 1 }))).toEqual([]);
    }
  });

  it('breaks at a length that no message has', () => {
    expect(clientSync().push(header(7, '00 20 00 00 00 00 00 00'))).toMatchObject([
      { kind: 'broken', fatalCode: 1 },
    ]);
    expect(clientSync().push(header(7, '00 1f ff ff ff ff ff ff'))).toMatchObject([
      { kind: 'begin' },
    ]);
  });

  it('passes over a message that is too long, and finds the next', () => {
    const reader = clientAsync();
    const long = header(4, '00 00 00 00 00 00 04 01', '01');
    expect(reader.push(long)).toMatchObject([{ kind: 'refused', errorCode: 4 }]);
    expect(reader.push(new Uint8Array(hislipControlBytesMost + 1))).toEqual([]);
    expect(reader.push(encodeHislip(query))).toEqual([{ kind: 'message', message: query }]);
    const small = new HislipMessageReader({
      from: 'client',
      channel: 'synchronous',
      dataBytesMost: 3,
    });
    const data = { isEnd: true, messageId: 0, rmtDelivered: false, payloadBytes: 4 };
    expect(small.push(encodeHislipData(data))).toMatchObject([{ kind: 'refused', errorCode: 4 }]);
    expect(small.push(textBytes('*RST'))).toEqual([]);
    expect(small.push(encodeHislipData({ ...data, payloadBytes: 3 }))).toMatchObject([
      { kind: 'begin' },
    ]);
  });

  it('knows the channel of a client by its first message', () => {
    const opened = new HislipMessageReader({ from: 'client' });
    expect(opened.channel).toBeUndefined();
    const initialize: HislipMessage = {
      type: 'Initialize',
      version: 0x0100,
      vendorId: 'XX',
      subAddress: '',
    };
    opened.push(encodeHislip(initialize));
    expect(opened.channel).toBe('synchronous');
    const attached = new HislipMessageReader({ from: 'client' });
    attached.push(encodeHislip({ type: 'AsyncInitialize', sessionId: 1 }));
    expect(attached.channel).toBe('asynchronous');
    expect(opened.push(encodeHislip(initialize))).toMatchObject([{ kind: 'broken', fatalCode: 3 }]);
    const early = new HislipMessageReader({ from: 'client' });
    expect(early.push(encodeHislip(query))).toMatchObject([{ kind: 'broken', fatalCode: 3 }]);
  });

  it('breaks at a sub-address that is no name', () => {
    const hex = '48 53 00 00 01 00 58 58 00 00 00 00 00 00 00 02 ff 30';
    expect(new HislipMessageReader({ from: 'client' }).push(bytesOf(hex))).toMatchObject([
      { kind: 'broken', fatalCode: 3 },
    ]);
  });

  it('refuses by name what HiSLIP 2.0 added, and goes on', () => {
    const named = ['GetDescriptors', 'StartTLS', 'EndTLS', 'AuthenticationStart'];
    for (const [at, type] of [26, 28, 31, 36].entries()) {
      const reader = clientSync();
      const events = reader.push(Uint8Array.of(...header(type, '00 00 00 00 00 00 00 01'), 0x41));
      expect(events).toMatchObject([
        { kind: 'refused', errorCode: 1, reason: expect.stringContaining(named[at] ?? '') },
      ]);
      expect(reader.isInside).toBe(false);
    }
    const none = '00 00 00 00 00 00 00 00';
    expect(clientSync().push(header(99, none))).toMatchObject([{ kind: 'refused', errorCode: 1 }]);
    expect(clientSync().push(header(200, none))).toMatchObject([{ kind: 'refused', errorCode: 3 }]);
  });

  it('refuses what is on the wrong channel or from the wrong side', () => {
    expect(clientSync().push(encodeHislip(query))).toMatchObject([
      {
        kind: 'refused',
        errorCode: 1,
        reason: 'AsyncStatusQuery belongs on the asynchronous channel',
      },
    ]);
    const trigger = encodeHislip({ type: 'Trigger', messageId: 0, rmtDelivered: false });
    expect(clientAsync().push(trigger)).toMatchObject([{ kind: 'refused', errorCode: 1 }]);
    const response = encodeHislip({ type: 'AsyncStatusResponse', status: 0 });
    expect(clientAsync().push(response)).toMatchObject([
      { kind: 'refused', errorCode: 1, reason: 'a client sends no AsyncStatusResponse' },
    ]);
    const acknowledge = encodeHislip({ type: 'DeviceClearAcknowledge', features: 0 });
    const server = { from: 'server', channel: 'synchronous' } as const;
    expect(new HislipMessageReader(server).push(acknowledge)).toMatchObject([{ kind: 'message' }]);
  });

  it('refuses a control code that stands for nothing', () => {
    const none = '00 00 00 00 00 00 00 00';
    for (const [type, control] of [
      [4, '02'],
      [10, '07'],
    ] as const) {
      expect(clientAsync().push(header(type, none, control))).toMatchObject([
        { kind: 'refused', errorCode: 2 },
      ]);
    }
    const size = Uint8Array.of(...header(15, '00 00 00 00 00 00 00 04'), 0, 0, 0, 1);
    expect(clientAsync().push(size)).toMatchObject([{ kind: 'refused', errorCode: 0 }]);
    const key = Uint8Array.of(...header(4, '00 00 00 00 00 00 00 02', '01'), 0x6b, 0x07);
    expect(clientAsync().push(key)).toMatchObject([{ kind: 'refused', errorCode: 0 }]);
  });
});
