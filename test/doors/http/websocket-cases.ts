import { frame, opcodes } from './frame-client.ts';

/** What is sent over one connection, and what is to come back. */
export interface WebSocketCase {
  readonly what: string;
  /** Written one after the other. */
  readonly sends: readonly Uint8Array[];
  /** So many bytes at a time. @default all of each at once */
  readonly piece?: number;
  /** How many requests are answered; before a close, at most. @default 0 */
  readonly answers?: number;
  /** @default none */
  readonly pongs?: readonly string[];
  /** With which the server closes; 0 is a closing frame without one. Absent: it goes on. */
  readonly code?: number;
}

const normal = 1000;
const protocolError = 1002;
const unsupportedData = 1003;
const invalidData = 1007;
const tooBig = 1009;

const request = '{"id":1,"type":"ping"}';
const { continuation, text, binary, close, ping, pong } = opcodes;

/** A request of a length: white space after JSON means nothing. */
function requestOf(length: number): string {
  return request.padEnd(length, ' ');
}

function closing(code?: number, reason: Uint8Array | string = ''): Buffer {
  const payload = Buffer.alloc(code === undefined ? 0 : 2);
  if (code !== undefined) payload.writeUInt16BE(code);
  return frame({ opcode: close, payload: Buffer.concat([payload, Buffer.from(reason)]) });
}

function fragments(
  payloads: readonly (Uint8Array | string)[],
  between: readonly Uint8Array[] = [],
): Uint8Array[] {
  return payloads.flatMap((payload, at) => [
    frame({
      opcode: at === 0 ? text : continuation,
      isFinal: at === payloads.length - 1,
      payload,
    }),
    ...(at < payloads.length - 1 ? between : []),
  ]);
}

/** A text whose JSON is right, and in whose string are any bytes. */
function withBytes(bytes: readonly number[]): Buffer {
  return Buffer.concat([
    Buffer.from('{"type":"ping","id":"'),
    Buffer.from(bytes),
    Buffer.from('"}'),
  ]);
}

/** 1: frames of all lengths, in any pieces. The lengths are those at which the head changes. */
const framing: readonly WebSocketCase[] = [
  ...[22, 125, 126, 127, 128, 65_535, 65_536].flatMap((length) => [
    {
      what: `a text of ${length} bytes`,
      sends: [frame({ payload: requestOf(length) })],
      answers: 1,
    },
    {
      what: `a text of ${length} bytes in pieces`,
      sends: [frame({ payload: requestOf(length) })],
      piece: length > 1_000 ? 997 : 1,
      answers: 1,
    },
  ]),
  ...[0, 125, 126, 65_536].map((length) => ({
    what: `binary data of ${length} bytes, which are no request`,
    sends: [frame({ opcode: binary, payload: Buffer.alloc(length) })],
    code: unsupportedData,
  })),
  { what: 'an empty text, which is no JSON', sends: [frame()], answers: 1 },
  {
    what: 'many requests in one piece',
    sends: [Buffer.concat(Array.from({ length: 50 }, () => frame({ payload: request })))],
    answers: 50,
  },
  {
    what: 'a length of 16 bits where 7 would do',
    sends: [frame({ payload: request, lengthBits: 16 })],
    answers: 1,
  },
  {
    what: 'a length of 64 bits where 7 would do',
    sends: [frame({ payload: request, lengthBits: 64 })],
    answers: 1,
  },
];

/** 2: pings are answered with what is in them, in their order; pongs mean nothing. */
const pings: readonly WebSocketCase[] = [
  { what: 'a ping with nothing in it', sends: [frame({ opcode: ping })], pongs: [''] },
  {
    what: 'a ping with a text',
    sends: [frame({ opcode: ping, payload: 'Hello' })],
    pongs: ['Hello'],
  },
  {
    what: 'a ping with bytes that are no text',
    sends: [frame({ opcode: ping, payload: Uint8Array.of(0, 255, 254, 253, 0) })],
    pongs: ['\u0000\u00ff\u00fe\u00fd\u0000'],
  },
  {
    what: 'a ping of 125 bytes',
    sends: [frame({ opcode: ping, payload: 'p'.repeat(125) })],
    pongs: ['p'.repeat(125)],
  },
  {
    what: 'a ping of 125 bytes, byte by byte',
    sends: [frame({ opcode: ping, payload: 'p'.repeat(125) })],
    piece: 1,
    pongs: ['p'.repeat(125)],
  },
  {
    what: 'a ping of 126 bytes',
    sends: [frame({ opcode: ping, payload: 'p'.repeat(126) })],
    code: protocolError,
  },
  { what: 'a pong that nobody asked for', sends: [frame({ opcode: pong })] },
  {
    what: 'a pong of 126 bytes',
    sends: [frame({ opcode: pong, payload: 'p'.repeat(126) })],
    code: protocolError,
  },
  {
    what: 'ten pings at once',
    sends: [
      Buffer.concat(
        Array.from({ length: 10 }, (_, at) => frame({ opcode: ping, payload: `payload-${at}` })),
      ),
    ],
    pongs: Array.from({ length: 10 }, (_, at) => `payload-${at}`),
  },
  {
    what: 'a pong, and then a ping',
    sends: [frame({ opcode: pong, payload: 'unasked' }), frame({ opcode: ping, payload: 'asked' })],
    pongs: ['asked'],
  },
];

/** 3: bits that mean nothing here, on each kind of frame, after a good one and between good ones. */
const reservedBits: readonly WebSocketCase[] = [1, 2, 3, 4, 5, 6, 7].flatMap((reserved) => [
  {
    what: `reserved bits ${reserved} on a text`,
    sends: [
      frame({ payload: request }),
      frame({ payload: request, reserved }),
      frame({ opcode: ping }),
    ],
    answers: 1,
    code: protocolError,
  },
  {
    what: `reserved bits ${reserved} on a ping`,
    sends: [frame({ opcode: ping, reserved })],
    code: protocolError,
  },
  {
    what: `reserved bits ${reserved} on a closing frame`,
    sends: [frame({ opcode: close, reserved })],
    code: protocolError,
  },
]);

/** 4: kinds of frames that there are not. */
const unknownOpcodes: readonly WebSocketCase[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap(
  (opcode) => [
    { what: `opcode ${opcode}`, sends: [frame({ opcode })], code: protocolError },
    {
      what: `opcode ${opcode} after a good text`,
      sends: [
        frame({ payload: request }),
        frame({ opcode, payload: 'x' }),
        frame({ opcode: ping }),
      ],
      answers: 1,
      code: protocolError,
    },
  ],
);

/** Beside Autobahn's: RFC 6455, section 5.1, and heads that are wrong. */
const masks: readonly WebSocketCase[] = [
  {
    what: 'a text that is not masked',
    sends: [frame({ payload: request, mask: undefined })],
    code: protocolError,
  },
  {
    what: 'a ping that is not masked',
    sends: [frame({ opcode: ping, mask: undefined })],
    code: protocolError,
  },
  {
    what: 'a closing frame that is not masked',
    sends: [frame({ opcode: close, mask: undefined })],
    code: protocolError,
  },
  {
    what: 'a text masked with zeros',
    sends: [frame({ payload: request, mask: [0, 0, 0, 0] })],
    answers: 1,
  },
  {
    what: 'each frame with a mask of its own',
    sends: [1, 2, 3].map((byte) => frame({ payload: request, mask: [byte, 0, 255, byte] })),
    answers: 3,
  },
  {
    what: 'a ping with a length of 16 bits',
    sends: [frame({ opcode: ping, payload: 'x', lengthBits: 16 })],
    code: protocolError,
  },
  {
    what: 'a length with its highest bit set',
    sends: [frame({ length: 1n << 63n, lengthBits: 64 })],
    code: tooBig,
  },
];

/** 5: messages in fragments, and control frames between them. */
const fragmentation: readonly WebSocketCase[] = [
  {
    what: 'a ping in fragments',
    sends: [
      frame({ opcode: ping, isFinal: false, payload: 'a' }),
      frame({ opcode: continuation, payload: 'b' }),
    ],
    code: protocolError,
  },
  {
    what: 'a pong in fragments',
    sends: [frame({ opcode: pong, isFinal: false, payload: 'a' })],
    code: protocolError,
  },
  {
    what: 'a closing frame in fragments',
    sends: [frame({ opcode: close, isFinal: false })],
    code: protocolError,
  },
  {
    what: 'a text in two fragments',
    sends: fragments([request.slice(0, 5), request.slice(5)]),
    answers: 1,
  },
  {
    what: 'a text in two fragments, byte by byte',
    sends: fragments([request.slice(0, 5), request.slice(5)]),
    piece: 1,
    answers: 1,
  },
  {
    what: 'a text in two fragments and a ping between them',
    sends: fragments(
      [request.slice(0, 5), request.slice(5)],
      [frame({ opcode: ping, payload: 'between' })],
    ),
    answers: 1,
    pongs: ['between'],
  },
  {
    what: 'a text in a fragment for each byte, with pings between all of them',
    sends: [Buffer.concat(fragments(Array.from(request), [frame({ opcode: ping, payload: 'p' })]))],
    answers: 1,
    pongs: Array.from({ length: request.length - 1 }, () => 'p'),
  },
  {
    what: 'empty fragments around a text',
    sends: fragments(['', request, '']),
    answers: 1,
  },
  {
    what: 'a text of empty fragments alone',
    sends: fragments(['', '', '']),
    answers: 1,
  },
  {
    what: 'a continuation of nothing',
    sends: [frame({ opcode: continuation, payload: request })],
    code: protocolError,
  },
  {
    what: 'a continuation of nothing that is not the last',
    sends: [frame({ opcode: continuation, isFinal: false, payload: request })],
    code: protocolError,
  },
  {
    what: 'a continuation after the last',
    sends: [
      ...fragments([request.slice(0, 5), request.slice(5)]),
      frame({ opcode: continuation, payload: 'more' }),
    ],
    answers: 1,
    code: protocolError,
  },
  {
    what: 'a new text before the last fragment of another',
    sends: [frame({ isFinal: false, payload: request }), frame({ payload: request })],
    code: protocolError,
  },
  {
    what: 'binary data before the last fragment of a text',
    sends: [frame({ isFinal: false, payload: request }), frame({ opcode: binary })],
    code: protocolError,
  },
  {
    what: 'binary data in fragments',
    sends: [
      frame({ opcode: binary, isFinal: false, payload: 'a' }),
      frame({ opcode: continuation, payload: 'b' }),
    ],
    code: unsupportedData,
  },
  {
    what: 'more fragments than a message may have',
    sends: [
      frame({ isFinal: false }),
      Buffer.concat(
        Array.from({ length: 200_000 }, () => frame({ opcode: continuation, isFinal: false })),
      ),
    ],
    code: 1008,
  },
];

const goodTexts: readonly (readonly [string, readonly number[]])[] = [
  ['of two bytes', [0xc2, 0x80]],
  ['of three bytes', [0xe0, 0xa0, 0x80]],
  ['of four bytes', [0xf0, 0x90, 0x80, 0x80]],
  ['the last of two bytes', [0xdf, 0xbf]],
  ['the last of three bytes', [0xef, 0xbf, 0xbf]],
  ['the last of all', [0xf4, 0x8f, 0xbf, 0xbf]],
  ['before the surrogates', [0xed, 0x9f, 0xbf]],
  ['after the surrogates', [0xee, 0x80, 0x80]],
  ['that is no character', [0xef, 0xbf, 0xbe]],
  ['in Greek', [0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xce, 0xbc, 0xce, 0xb5]],
];

const badTexts: readonly (readonly [string, readonly number[]])[] = [
  ['a continuation byte alone', [0x80]],
  ['the last continuation byte alone', [0xbf]],
  ['two continuation bytes', [0x80, 0xbf]],
  ['a first byte of two alone', [0xc2]],
  ['a first byte of three with one more', [0xe0, 0xa0]],
  ['a first byte of four with two more', [0xf0, 0x90, 0x80]],
  ['a first byte of five', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ['a first byte of six', [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80]],
  ['0xfe', [0xfe]],
  ['0xff', [0xff]],
  ['a slash in two bytes', [0xc0, 0xaf]],
  ['a slash in three bytes', [0xe0, 0x80, 0xaf]],
  ['a slash in four bytes', [0xf0, 0x80, 0x80, 0xaf]],
  ['the longest of two bytes too long', [0xc1, 0xbf]],
  ['the longest of three bytes too long', [0xe0, 0x9f, 0xbf]],
  ['the longest of four bytes too long', [0xf0, 0x8f, 0xbf, 0xbf]],
  ['zero in two bytes', [0xc0, 0x80]],
  ['the first surrogate', [0xed, 0xa0, 0x80]],
  ['the last surrogate', [0xed, 0xbf, 0xbf]],
  ['a pair of surrogates', [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]],
  ['beyond the last character', [0xf4, 0x90, 0x80, 0x80]],
  ['far beyond the last character', [0xf5, 0x80, 0x80, 0x80]],
];

/** 6: texts are UTF-8, whatever their pieces are. */
const utf8: readonly WebSocketCase[] = [
  ...goodTexts.flatMap(([what, bytes]) => [
    { what: `a character ${what}`, sends: [frame({ payload: withBytes(bytes) })], answers: 1 },
    {
      what: `a character ${what}, in a fragment for each byte`,
      sends: [Buffer.concat(fragments([...withBytes(bytes)].map((byte) => Uint8Array.of(byte))))],
      answers: 1,
    },
  ]),
  ...badTexts.flatMap(([what, bytes]) => [
    { what, sends: [frame({ payload: withBytes(bytes) })], code: invalidData },
    {
      what: `${what}, in a fragment for each byte`,
      sends: [Buffer.concat(fragments([...withBytes(bytes)].map((byte) => Uint8Array.of(byte))))],
      code: invalidData,
    },
  ]),
];

/** 7: how a connection is closed, and with which codes it may be. */
const closes: readonly WebSocketCase[] = [
  { what: 'a close without a code', sends: [closing()], code: 0 },
  {
    what: 'a close with one byte',
    sends: [frame({ opcode: close, payload: 'x' })],
    code: protocolError,
  },
  { what: 'a close with a reason', sends: [closing(1000, 'Hello')], code: normal },
  {
    what: 'a close with a reason of 123 bytes',
    sends: [closing(1000, 'r'.repeat(123))],
    code: normal,
  },
  {
    what: 'a close with a reason of 124 bytes',
    sends: [closing(1000, 'r'.repeat(124))],
    code: protocolError,
  },
  {
    what: 'a close with a reason that is no text',
    sends: [closing(1000, Uint8Array.of(0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xed, 0xa0, 0x80))],
    code: invalidData,
  },
  { what: 'two closes', sends: [Buffer.concat([closing(1000), closing(1000)])], code: normal },
  {
    what: 'a ping after a close',
    sends: [Buffer.concat([closing(1000), frame({ opcode: ping, payload: 'late' })])],
    code: normal,
  },
  {
    what: 'a request after a close',
    sends: [Buffer.concat([closing(1000), frame({ payload: request })])],
    code: normal,
  },
  {
    what: 'a close between fragments',
    sends: [frame({ isFinal: false, payload: request }), closing(1000)],
    code: normal,
  },
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map((code) => ({
    what: `a close with code ${code}`,
    sends: [closing(code)],
    code,
  })),
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map((code) => ({
    what: `a close with code ${code}, which nobody may send`,
    sends: [closing(code)],
    code: protocolError,
  })),
];

const mebibyte = 1_048_576;

/** 9 and 10: as long as a message may be, and longer, whole and in fragments. */
const sizes: readonly WebSocketCase[] = [
  { what: 'a text of 1 MiB', sends: [frame({ payload: requestOf(mebibyte) })], answers: 1 },
  {
    what: 'a text of 1 MiB in fragments of 64 KiB',
    sends: fragments(
      Array.from({ length: 16 }, (_, at) => (at === 0 ? requestOf(65_536) : ' '.repeat(65_536))),
    ),
    answers: 1,
  },
  {
    what: 'a text of 1 MiB in fragments of 1,300 bytes',
    sends: [
      Buffer.concat(
        fragments(
          Array.from({ length: 806 }, (_, at) => (at === 0 ? requestOf(1_300) : ' '.repeat(1_300))),
        ),
      ),
    ],
    answers: 1,
  },
  {
    what: 'a text of one byte more',
    sends: [frame({ payload: requestOf(mebibyte + 1) })],
    code: tooBig,
  },
  {
    what: 'a text of one byte more in fragments',
    sends: fragments([requestOf(mebibyte), ' ']),
    code: tooBig,
  },
  {
    what: 'the head of a text of 4 GiB',
    sends: [frame({ length: 1n << 32n, lengthBits: 64 })],
    code: tooBig,
  },
];

/** By section of the Autobahn test suite. */
export const webSocketCases: Readonly<Record<string, readonly WebSocketCase[]>> = {
  '1 framing': framing,
  '2 pings and pongs': pings,
  '3 reserved bits': reservedBits,
  '4 opcodes': unknownOpcodes,
  '5 fragmentation': fragmentation,
  '6 UTF-8': utf8,
  '7 closing': closes,
  '9 and 10 sizes': sizes,
  'masks and lengths': masks,
};
