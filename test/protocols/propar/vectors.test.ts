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
  ['read setpoint', 2, 3, request(read(1, 1, 0x20)), '10 02 02 03 05 04 01 21 01 21 10 03'],
  ['read fSetpoint', 4, 3, request(read(33, 3, 0x40)), '10 02 04 03 05 04 21 43 21 43 10 03'],
  ['read capacity', 5, 3, request(read(1, 13, 0x40)), '10 02 05 03 05 04 01 4D 01 4D 10 03'],
  ['read unit', 6, 3, request(readText(1, 31)), '10 02 06 03 06 04 01 7F 01 7F 00 10 03'],
  ['read fluid name', 7, 3, request(readText(1, 17)), '10 02 07 03 06 04 01 71 01 71 00 10 03'],
  [
    'read serial number',
    10,
    3,
    request(readText(113, 3)),
    '10 02 0A 03 06 04 71 63 71 63 00 10 03',
  ],
  ['read device type', 11, 3, request(readText(113, 1)), '10 02 0B 03 06 04 71 61 71 61 00 10 03'],
  ['read model', 12, 3, request(readText(113, 2)), '10 02 0C 03 06 04 71 62 71 62 00 10 03'],
  ['read firmware', 13, 3, request(readText(113, 5)), '10 02 0D 03 06 04 71 65 71 65 00 10 03'],
  ['read identification', 14, 3, request(read(113, 12, 0)), '10 02 0E 03 05 04 71 0C 71 0C 10 03'],
  ['read temperature', 15, 3, request(read(33, 7, 0x40)), '10 02 0F 03 05 04 21 47 21 47 10 03'],
  ['read valve', 18, 3, request(read(114, 1, 0x40)), '10 02 12 03 05 04 72 41 72 41 10 03'],
  ['read counter', 19, 3, request(read(104, 1, 0x40)), '10 02 13 03 05 04 68 41 68 41 10 03'],
  [
    'wink of whoever is connected',
    29,
    128,
    write(sent(0, 0, 0x60, text('9'))),
    '10 02 1D 80 06 01 00 60 00 39 00 10 03',
  ],
  [
    'answer with measure 16000',
    1,
    3,
    { kind: 'send', command: 2, items: [sent(1, 0, 0x20, '3e80')] },
    '10 02 01 03 05 02 01 20 3E 80 10 03',
  ],
  [
    'answer with fMeasure',
    3,
    3,
    { kind: 'send', command: 2, items: [sent(33, 0, 0x40, '3fc00000')] },
    '10 02 03 03 07 02 21 40 3F C0 00 00 10 03',
  ],
  [
    'answer with a serial number of ten characters',
    8,
    128,
    { kind: 'send', command: 2, items: [sent(113, 3, 0x60, text('M1234567AB'))] },
    `10 02 08 80 0F 02 71 63 00 ${text('M1234567AB')} 00 10 03`,
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
    [':06030401210120\r\n', 3, '04 01 21 01 20'],
    [':06030468416841\r\n', 3, '04 68 41 68 41'],
    [':06030421402140\r\n', 3, '04 21 40 21 40'],
    [':08030121433FC00000\r\n', 3, '01 21 43 3F C0 00 00'],
    [':058001010400\r\n', 128, '01 01 04 00'],
    [':05800101040C\r\n', 128, '01 01 04 0C'],
    [':050101001101\r\n', 1, '01 00 11 01'],
    [':0C0301800A40E121000A000A52\r\n', 3, '01 80 0A 40 E1 21 00 0A 00 0A 52'],
    [':040300000B\r\n', 3, '00 00 0B'],
    [':040300001C\r\n', 3, '00 00 1C'],
    [
      ':1D0301800A4081C500000000C63F800000C7000000004800000000000A52\r\n',
      3,
      '01 80 0A 40 81 C5 00 00 00 00 C6 3F 80 00 00 C7 00 00 00 00 48 00 00 00 00 00 0A 52',
    ],
    [
      ':1A0304F1EC7163006D71660001AE0120CF014DF0017F077101710A\r\n',
      3,
      '04 F1 EC 71 63 00 6D 71 66 00 01 AE 01 20 CF 01 4D F0 01 7F 07 71 01 71 0A',
    ],
  ])('%j is as the manual prints it', (line, node, hex) => {
    const data = bytes(hex);
    const encoded = new TextEncoder().encode(line);
    expect(encodeAsciiFrame({ sequence: 0, node, data })).toEqual(encoded);
    const frames = [{ kind: 'frame', frame: { sequence: 0, node, data } }];
    expect(new AsciiFrameReader().push(encoded)).toEqual(frames);
    const lower = new TextEncoder().encode(line.toLowerCase());
    expect(new AsciiFrameReader().push(lower)).toEqual(frames);
    const parsed = parseMessage(data);
    expect(parsed.kind === 'malformed' ? parsed : encodeMessage(parsed)).toEqual(data);
  });

  it('carry what a chained request asks for, with its own return indices', () => {
    const [event] = new AsciiFrameReader().push(
      new TextEncoder().encode(':1A0304F1EC7163006D71660001AE0120CF014DF0017F077101710A\r\n'),
    );
    const message = event?.kind === 'frame' ? parseMessage(event.frame.data) : undefined;
    const asked = (
      address: readonly [number, number, RequestedItem['type']],
      answered: readonly [number, number],
      stringLength?: number,
    ): RequestedItem => ({
      ...read(...address),
      returnProcess: answered[0],
      returnParameter: answered[1],
      ...(stringLength === undefined ? {} : { stringLength }),
    });
    expect(message).toEqual({
      kind: 'request',
      items: [
        asked([113, 3, 0x60], [113, 12], 0),
        asked([113, 6, 0x60], [113, 13], 0),
        asked([1, 0, 0x20], [1, 14]),
        asked([1, 13, 0x40], [1, 15]),
        asked([1, 31, 0x60], [1, 16], 7),
        asked([1, 17, 0x60], [1, 17], 10),
      ],
    });
  });

  it('carry the answer to it', () => {
    const tag = '6D 00' + text('USERTAG') + '00';
    const unit = 'F0 07' + text('mln/min');
    const fluid = '71 0A' + text('N2        ');
    const data = bytes(
      `02 F1 EC 00 ${text('M6212345A')} 00 ${tag} 01 AE 1C D8 CF 3F 80 00 00 ${unit} ${fluid}`,
    );
    const message = parseMessage(data);
    const values = message.kind === 'send' ? message.items.map(({ value }) => value) : [];
    const types = ['string', 'string', 'uint16', 'float32', 'string', 'string'] as const;
    expect(values.map((value, at) => decodeValue(types[at] ?? 'binary', value))).toEqual([
      'M6212345A',
      'USERTAG',
      7384,
      1,
      'mln/min',
      'N2        ',
    ]);
    expect(message.kind === 'malformed' ? message : encodeMessage(message)).toEqual(data);
  });

  it.each([
    [':06800101213e8\r\n', '01 01 21 03 E8'],
    [':06800101210\r\n', '01 01 21 00 00'],
    [':0580010104c\r\n', '01 01 04 0C'],
  ])('of a program that writes %j without leading zeros has them', (line, hex) => {
    expect(new AsciiFrameReader().push(new TextEncoder().encode(line))).toEqual([
      { kind: 'frame', frame: { sequence: 0, node: 128, data: bytes(hex) } },
    ]);
  });

  it('whose value is too short for its type, but of the announced length, are left as they are', () => {
    expect(new AsciiFrameReader().push(new TextEncoder().encode(':05800101213E\r\n'))).toEqual([
      { kind: 'frame', frame: { sequence: 0, node: 128, data: bytes('01 01 21 3E') } },
    ]);
  });

  it.each([':06800201213E8\r\n', ':0C0301800A40E121000A000A5\r\n', ':068001012\r\n'])(
    'with a digit missing elsewhere is none: %j',
    (line) => {
      const events = new AsciiFrameReader().push(new TextEncoder().encode(line));
      expect(events.map(({ kind }) => kind)).toEqual(['noise']);
    },
  );

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
