import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concatenate,
  encodeRecord,
  rpcRecordBytesMost,
  RpcRecordReader,
} from '../../../src/protocols/index.ts';
import type { RpcRecordEvent } from '../../../src/protocols/index.ts';
import { fromHex, toHex } from '../hex.ts';
import '../../support/seed.ts';

function read(hex: string, recordBytesMost?: number): readonly string[] {
  const reader = new RpcRecordReader(recordBytesMost === undefined ? {} : { recordBytesMost });
  return reader.push(fromHex(hex)).map(told);
}

function told(event: RpcRecordEvent): string {
  return event.kind === 'record' ? toHex(event.message) : `too long: ${event.length}`;
}

describe('RPC records', () => {
  it('a record is its length with the top bit set, and the message', () => {
    expect(toHex(encodeRecord(fromHex('0a0b0c0d')))).toBe('80 00 00 04 0a 0b 0c 0d');
    expect(read('80000004 0a0b0c0d')).toEqual(['0a 0b 0c 0d']);
  });

  it('a record in fragments has the top bit in the last one alone', () => {
    expect(toHex(encodeRecord(fromHex('0102030405'), 2))).toBe(
      '00 00 00 02 01 02 00 00 00 02 03 04 80 00 00 01 05',
    );
    expect(read('00000002 0102 00000000 00000002 0304 80000001 05')).toEqual(['01 02 03 04 05']);
  });

  it('an empty message is a record too', () => {
    expect(toHex(encodeRecord(new Uint8Array()))).toBe('80 00 00 00');
    expect(read('80000000 80000001 07')).toEqual(['', '07']);
  });

  it.each([0, -1, Number.NaN, 0x8000_0000])('no fragment has %s bytes', (bytes) => {
    expect(() => encodeRecord(new Uint8Array(8), bytes)).toThrow(
      expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }),
    );
  });

  it('a record beyond the bound is told of at its head, dropped, and the next one is read', () => {
    expect(read('80000005', 4)).toEqual(['too long: 5']);
    expect(read('80000005 0102030405 80000004 01020304', 4)).toEqual([
      'too long: 5',
      '01 02 03 04',
    ]);
    // Also when it is the sum of fragments that each are short, and only once.
    const long = '00000003 010203 00000003 040506 00000003 070809 80000001 0a';
    expect(read(`${long} 80000001 0b`, 4)).toEqual(['too long: 6', '0b']);
  });

  it('the bound is 16 MiB where none is named', () => {
    expect(rpcRecordBytesMost).toBe(16_777_216);
    expect(read('81000000')).toEqual([]);
    expect(read('81000001')).toEqual(['too long: 16777217']);
  });

  it('what is kept is what came, whatever length is announced', () => {
    const reader = new RpcRecordReader();
    reader.push(fromHex('80ffffff 010203'));
    expect(reader.bytesKept).toBe(3);
    expect(reader.isInside).toBe(true);
    const flooded = new RpcRecordReader({ recordBytesMost: 100 });
    flooded.push(fromHex('7fffffff'));
    for (let chunks = 0; chunks < 100; chunks += 1) flooded.push(new Uint8Array(1_000));
    expect(flooded.bytesKept).toBe(0);
  });

  it.each([2, 2_000])(
    'a message of %i bytes does not change when its chunk is used again',
    (bytes) => {
      const reader = new RpcRecordReader();
      const message = new Uint8Array(bytes).fill(7);
      const chunk = encodeRecord(message);
      const [event] = reader.push(chunk);
      chunk.fill(0xff);
      expect(event && told(event)).toBe(toHex(message));
    },
  );

  it('any messages in any fragments and any chunks are found as they were', () => {
    const message = fc.uint8Array({ maxLength: 3_000, size: 'max' });
    const messages = fc.array(fc.tuple(message, fc.integer({ min: 1, max: 3_000 })), {
      maxLength: 5,
    });
    const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 1_500 }));
    fc.assert(
      fc.property(messages, cuts, (sent, lengths) => {
        const stream = concatenate(sent.map(([each, most]) => encodeRecord(each, most)));
        const reader = new RpcRecordReader();
        const found: string[] = [];
        let at = 0;
        for (const length of lengths) {
          if (at >= stream.length) break;
          found.push(...reader.push(stream.subarray(at, at + length)).map(told));
          at += length;
        }
        expect(found).toEqual(sent.map(([each]) => toHex(each)));
        expect(reader.isInside).toBe(false);
      }),
    );
  });
});
