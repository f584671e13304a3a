import { describe, expect, it } from 'vitest';
import {
  AsciiFrameReader,
  BinaryFrameReader,
  decodeValue,
  encodeAsciiFrame,
  encodeBinaryFrame,
  encodeMessage,
  encodeValue,
  parseMessage,
} from '../../../src/protocols/index.ts';
import type { ProparMessage, RequestedItem, SentItem } from '../../../src/protocols/index.ts';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(/\s/g, '').match(/../g) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
}

function text(value: string): string {
  return Array.from(new TextEncoder().encode(value), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join(' ');
}

const read = (process: number, parameter: number, type: RequestedItem['type']): RequestedItem => ({
  process,
  parameter,
  type,
});
const readText = (process: number, parameter: number, stringLength = 0): RequestedItem => ({
  process,
  parameter,
  type: 0x60,
  stringLength,
});
const sent = (
  process: number,
  parameter: number,
  type: SentItem['type'],
  hex: string,
): SentItem => ({ process, parameter, type, value: bytes(hex) });

const request = (...items: RequestedItem[]): ProparMessage => ({ kind: 'request', items });
const write = (...items: SentItem[]): ProparMessage => ({ kind: 'send', command: 1, items });

/** Sequence, node, message and the frame, as captured from the maker's library. */
const vectors: readonly (readonly [string, number, number, ProparMessage, string])[] = [
  ['read measure', 1, 3, request(read(1, 0, 0x20)), '10 02 01 03 05 04 01 20 01 20 10 03'],
  ['read fMeasure', 3, 3, request(read(33, 0, 0x40)), '10 02 03 03 05 04 21 40 21 40 10 03'],
  ['read user tag', 9, 3, request(readText(113, 6)), '10 02 09 03 06 04 71 66 71 66 00 10 03'],
  [
    'read fluid number, with stuffing',
    16,
    3,
    request(read(1, 16, 0x00)),
    '10 02 10 10 03 05 04 01 10 10 01 10 10 10 03',
  ],
  [
    'read measure of node 16',
    16,
    16,
    request(read(1, 0, 0x20)),
    '10 02 10 10 10 10 05 04 01 20 01 20 10 03',
  ],
  [
    'read an 8 byte string',
    20,
    3,
    request(readText(114, 2, 8)),
    '10 02 14 03 06 04 72 62 72 62 08 10 03',
  ],
  [
    'write setpoint 16000',
    21,
    3,
    write(sent(1, 1, 0x20, '3e80')),
    '10 02 15 03 05 01 01 21 3E 80 10 03',
  ],
  [
    'write fSetpoint 1.5',
    22,
    3,
    write(sent(33, 3, 0x40, '3fc00000')),
    '10 02 16 03 07 01 21 43 3F C0 00 00 10 03',
  ],
  [
    'write setpoint 4112, with stuffing',
    17,
    3,
    write(sent(1, 1, 0x20, '1010')),
    '10 02 11 03 05 01 01 21 10 10 10 10 10 03',
  ],
  [
    'write user tag',
    25,
    3,
    write(sent(113, 6, 0x60, text('Hello World!'))),
    `10 02 19 03 11 01 71 66 00 ${text('Hello World!')} 00 10 03`,
  ],
  [
    'write unit',
    26,
    3,
    write(sent(1, 31, 0x60, text('ln/min'))),
    '10 02 1A 03 0B 01 01 7F 00 6C 6E 2F 6D 69 6E 00 10 03',
  ],
  ['wink', 28, 3, write(sent(0, 0, 0x60, text('9'))), '10 02 1C 03 06 01 00 60 00 39 00 10 03'],
  [
    'write without acknowledgement',
    34,
    3,
    { kind: 'send', command: 2, items: [sent(1, 1, 0x20, '7d00')] },
    '10 02 22 03 05 02 01 21 7D 00 10 03',
  ],
  [
    'chained read',
    30,
    3,
    request(read(33, 0, 0x40), read(33, 3, 0x40), read(33, 7, 0x40), read(114, 1, 0x40)),
    '10 02 1E 03 0F 04 A1 C0 21 40 C3 21 43 47 21 47 72 41 72 41 10 03',
  ],
  [
    'chained read of a poller',
    31,
    3,
    request(
      read(33, 0, 0x40),
      readText(1, 17),
      read(1, 0, 0x20),
      read(1, 1, 0x20),
      read(1, 2, 0x20),
      read(33, 3, 0x40),
      read(1, 13, 0x40),
      read(113, 12, 0x00),
    ),
    '10 02 1F 03 1F 04 A1 40 21 40 81 F1 01 71 00 A0 01 20 A1 01 21 22 01 22 A1 43 21 43 81 4D 01 4D 71 0C 71 0C 10 03',
  ],
  [
    'scan chain',
    32,
    128,
    request(read(0, 1, 0x00), readText(0, 0), read(0, 3, 0x00)),
    '10 02 20 80 0C 04 00 81 00 01 E0 00 60 00 03 00 03 10 03',
  ],
  [
    'chained write',
    33,
    3,
    write(
      sent(97, 1, 0x20, '07d0'),
      sent(97, 2, 0x20, '0bb8'),
      sent(1, 1, 0x20, '1b58'),
      sent(1, 4, 0x00, '09'),
      sent(33, 3, 0x40, '3dcccccd'),
    ),
    '10 02 21 03 14 01 E1 A1 07 D0 22 0B B8 81 A1 1B 58 04 09 21 43 3D CC CC CD 10 03',
  ],
  ['status', 21, 3, { kind: 'status', status: 0, position: 5 }, '10 02 15 03 03 00 00 05 10 03'],
];

describe('ProPar binary frames', () => {
  it.each(vectors)(
    '%s is as the maker’s library sends it',
    (_name, sequence, node, message, hex) => {
      const data = encodeMessage(message);
      expect(encodeBinaryFrame({ sequence, node, data })).toEqual(bytes(hex));
      const [event, ...more] = new BinaryFrameReader().push(bytes(hex));
      expect(more).toEqual([]);
      expect(event).toEqual({ kind: 'frame', frame: { sequence, node, data } });
      const parsed = parseMessage(data);
      expect(parsed.kind === 'malformed' ? parsed : encodeMessage(parsed)).toEqual(data);
    },
  );

  it('knows the error frame of the interface', () => {
    expect(new BinaryFrameReader().push(bytes('10 02 07 03 00 09 10 03'))).toEqual([
      {
        kind: 'frame',
        frame: { sequence: 7, node: 3, data: new Uint8Array(), errorCode: 9 },
      },
    ]);
  });

  it('refuses a frame whose length does not fit, and finds the next', () => {
    const events = new BinaryFrameReader().push(
      bytes('10 02 01 03 06 02 01 20 3E 80 10 03 10 02 01 03 05 02 01 20 3E 80 10 03'),
    );
    expect(events.map(({ kind }) => kind)).toEqual(['noise', 'frame']);
  });
});

describe('ProPar ASCII frames', () => {
  it.each([
    [':06030101213E80\r\n', 3, '01 01 21 3E 80'],
    [':0403000005\r\n', 3, '00 00 05'],
    [':06030401210121\r\n', 3, '04 01 21 01 21'],
    [':06800401210120\r\n', 128, '04 01 21 01 20'],
    [':0803026841459CFFAE\r\n', 3, '02 68 41 45 9C FF AE'],
    [':0703047163716300\r\n', 3, '04 71 63 71 63 00'],
  ])('%j is as the manual prints it', (line, node, hex) => {
    const data = bytes(hex);
    const encoded = new TextEncoder().encode(line);
    expect(encodeAsciiFrame({ sequence: 0, node, data })).toEqual(encoded);
    const frames = [{ kind: 'frame', frame: { sequence: 0, node, data } }];
    expect(new AsciiFrameReader().push(encoded)).toEqual(frames);
    const lower = new TextEncoder().encode(line.toLowerCase());
    expect(new AsciiFrameReader().push(lower)).toEqual(frames);
  });

  it('knows the error form', () => {
    expect(new AsciiFrameReader().push(new TextEncoder().encode(':0105\r\n'))).toMatchObject([
      { frame: { errorCode: 5 } },
    ]);
  });
});

describe('ProPar values', () => {
  it.each([
    ['bsint16', 0xffff, -1],
    ['bsint16', 0xa3d7, -23_593],
    ['bsint16', 0xa3d6, 41_942],
    ['uint16', 32_000, 32_000],
    ['int16', 0xffff, -1],
  ] as const)('%s %i is %i', (type, raw, value) => {
    const packed = Uint8Array.of(raw >> 8, raw & 255);
    expect(decodeValue(type, packed)).toBe(value);
    expect(encodeValue(type, value)).toEqual(packed);
  });

  it.each([
    ['uint16', 1.5],
    ['uint16', 70_000],
    ['uint16', -1],
    ['uint16', 'abc'],
    ['float32', Number.NaN],
    ['float32', 1e39],
    ['string', 'a\0b'],
    ['string', 'x'.repeat(300)],
  ] as const)('%s %j is refused', (type, value) => {
    expect(() => encodeValue(type, value)).toThrow();
  });
});
