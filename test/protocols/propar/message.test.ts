import {
  array,
  assert,
  boolean,
  constantFrom,
  double,
  float,
  integer,
  oneof,
  property,
  record,
  string,
  uint8Array,
} from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerBytesOf,
  decodeValue,
  describeFrameError,
  describeStatus,
  encodeAsciiFrame,
  encodeBinaryFrame,
  encodeMessage,
  encodeValue,
  parseMessage,
  requestBytesOf,
  stringBytesMost,
  wireBytesOf,
} from '../../../src/protocols/index.ts';
import type {
  ProparMessage,
  ProparType,
  RequestedItem,
  SentItem,
  WireType,
} from '../../../src/protocols/index.ts';

const wireType = constantFrom<WireType>(0x00, 0x20, 0x40, 0x60);
// Few processes, so that values of one come in a row.
const process = constantFrom(0, 1, 33, 127);
const parameter = integer({ min: 0, max: 31 });
const noZero = uint8Array({ min: 1, minLength: 1, maxLength: 9 });

const sentItem: Arbitrary<SentItem> = wireType.chain((type) => {
  const bytes = wireBytesOf(type);
  if (bytes !== undefined) {
    const value = uint8Array({ minLength: bytes, maxLength: bytes });
    return record({ process, parameter, type: constantFrom(type), value });
  }
  return record({ process, parameter, type: constantFrom(type), value: noZero }).chain((item) =>
    boolean().map((isFixed) => (isFixed ? { ...item, isFixed } : item)),
  );
});

const requestedItem: Arbitrary<RequestedItem> = record({
  process,
  parameter,
  type: wireType,
  returnProcess: process,
  returnParameter: parameter,
  stringLength: constantFrom(0, 8, stringBytesMost),
}).map(({ stringLength, ...item }) => (item.type === 0x60 ? { ...item, stringLength } : item));

const some = { minLength: 1, maxLength: 12 };
const message: Arbitrary<ProparMessage> = oneof(
  record({ kind: constantFrom('request' as const), items: array(requestedItem, some) }),
  record({
    kind: constantFrom('send' as const),
    command: constantFrom<1 | 2 | 3>(1, 2, 3),
    items: array(sentItem, some),
  }),
  record({
    kind: constantFrom('status' as const),
    status: integer({ min: 0, max: 255 }),
    position: integer({ min: 0, max: 255 }),
  }),
);

const at = { process: 1, parameter: 1 };
const two = Uint8Array.of(1, 2);
const send = (item: SentItem): ProparMessage => ({ kind: 'send', command: 1, items: [item] });
const ask = (item: Partial<RequestedItem>): ProparMessage => ({
  kind: 'request',
  items: [{ ...at, type: 0x20, ...item }],
});

/** Each would be cut to its bits, or put an instrument out of step, if it went out. */
const misfits: readonly (readonly [string, ProparMessage])[] = [
  ['a process above 127', ask({ process: 128 })],
  ['a parameter above 31', ask({ parameter: 32 })],
  ['a process that is no whole number', ask({ process: 1.5 })],
  ['a return process above 127', ask({ returnProcess: 128 })],
  ['a return parameter above 31', ask({ returnParameter: 32 })],
  ['a string length above 247', ask({ type: 0x60, stringLength: 248 })],
  ['a value of the wrong length', send({ ...at, type: 0x40, value: two })],
  [
    'an empty string of fixed length',
    send({ ...at, type: 0x60, value: new Uint8Array(), isFixed: true }),
  ],
  [
    'a zero in a string that ends with one',
    send({ ...at, type: 0x60, value: Uint8Array.of(65, 0) }),
  ],
  ['a string above 247 bytes', send({ ...at, type: 0x60, value: new Uint8Array(248).fill(65) })],
  ['a type with other bits', send({ ...at, type: 0x10 as WireType, value: two })],
  ['a status above 255', { kind: 'status', status: 256, position: 0 }],
  ['a position below 0', { kind: 'status', status: 0, position: -1 }],
  ['a request for nothing', { kind: 'request', items: [] }],
  ['a write of nothing', { kind: 'send', command: 1, items: [] }],
  ['no bytes at all', { kind: 'other', data: new Uint8Array() }],
  [
    'more than 255 bytes',
    { kind: 'request', items: Array.from({ length: 90 }, () => ({ ...at, type: 0x20 as const })) },
  ],
];

describe('a ProPar message', () => {
  it('is parsed to what was encoded', () => {
    assert(
      property(message, (original) => {
        expect(parseMessage(encodeMessage(original))).toEqual(original);
      }),
    );
  });

  it('is never longer than was counted beforehand', () => {
    assert(
      property(array(requestedItem, some), (items) => {
        const counted = items.reduce((sum, item) => sum + requestBytesOf(item), 1);
        expect(encodeMessage({ kind: 'request', items }).length).toBeLessThanOrEqual(counted);
      }),
    );
    assert(
      property(array(sentItem, some), (items) => {
        const counted = items.reduce(
          (sum, { isFixed = false, value, ...item }) =>
            sum +
            answerBytesOf({ ...item, stringLength: isFixed ? value.length : 0 }, value.length),
          1,
        );
        const { length } = encodeMessage({ kind: 'send', command: 2, items });
        expect(length).toBeLessThanOrEqual(counted);
      }),
    );
  });

  it('of other commands goes through as it is', () => {
    const data = Uint8Array.of(8, 1, 2, 3);
    expect(parseMessage(data)).toEqual({ kind: 'other', data });
    expect(encodeMessage({ kind: 'other', data })).toEqual(data);
  });

  it.each(misfits)('with %s is refused before the wire', (_name, misfit) => {
    expect(() => encodeMessage(misfit)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
  });

  it('that is cut anywhere is malformed, and nothing throws', () => {
    assert(
      property(message, integer({ min: 0, max: 254 }), (original, length) => {
        const whole = encodeMessage(original);
        const cut = whole.subarray(0, Math.min(length, whole.length - 1));
        expect(parseMessage(cut).kind).toBe('malformed');
      }),
    );
    assert(
      property(uint8Array({ maxLength: 255 }), (data) => {
        expect(typeof parseMessage(data).kind).toBe('string');
      }),
    );
  });
});

describe('a ProPar frame', () => {
  it.each([
    ['an empty message', { sequence: 1, node: 3, data: new Uint8Array() }],
    ['256 bytes', { sequence: 1, node: 3, data: new Uint8Array(256) }],
    ['node 256', { sequence: 1, node: 256, data: two }],
    ['error 256', { sequence: 1, node: 3, data: new Uint8Array(), errorCode: 256 }],
  ])('with %s is refused in both framings', (_name, frame) => {
    const refused = expect.objectContaining({ code: 'VALUE_INVALID' }) as Error;
    expect(() => encodeBinaryFrame(frame)).toThrow(refused);
    expect(() => encodeAsciiFrame(frame)).toThrow(refused);
  });
});

const numbers: readonly (readonly [ProparType, Arbitrary<number>])[] = [
  ['uint8', integer({ min: 0, max: 255 })],
  ['uint16', integer({ min: 0, max: 65_535 })],
  ['int16', integer({ min: -32_767, max: 32_767 })],
  ['bsint16', integer({ min: -23_593, max: 41_942 })],
  ['uint32', integer({ min: 0, max: 4_294_967_295 })],
  ['float32', float({ noNaN: true, noDefaultInfinity: true })],
];

describe('a ProPar value', () => {
  it.each(numbers)('of type %s is unpacked to what was packed', (type, values) => {
    assert(
      property(values, (value) => {
        expect(decodeValue(type, encodeValue(type, value))).toBe(value);
      }),
    );
  });

  it('of text is unpacked to what was packed, unless it is refused', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 40 }), (value) => {
        if (value.includes('\0')) return;
        expect(decodeValue('string', encodeValue('string', value))).toBe(value);
      }),
    );
  });

  it('is never packed into another one: any number is refused or comes back', () => {
    const types = constantFrom<ProparType>('uint8', 'uint16', 'int16', 'bsint16', 'uint32');
    assert(
      property(types, double(), (type, value) => {
        let packed: Uint8Array | undefined;
        try {
          packed = encodeValue(type, value);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^VALUE_/) as string });
        }
        if (packed !== undefined) expect(decodeValue(type, packed)).toBe(value + 0);
      }),
    );
  });

  it.each([
    ['uint8', 256, 'VALUE_OUT_OF_RANGE'],
    ['bsint16', 41_943, 'VALUE_OUT_OF_RANGE'],
    ['bsint16', -23_594, 'VALUE_OUT_OF_RANGE'],
    ['int16', -32_768, 'VALUE_OUT_OF_RANGE'],
    ['uint32', -1, 'VALUE_OUT_OF_RANGE'],
    ['float32', Number.POSITIVE_INFINITY, 'VALUE_INVALID'],
    ['float32', Number.NaN, 'VALUE_INVALID'],
    ['float32', 1e-50, 'VALUE_OUT_OF_RANGE'],
    ['string', 'half of a \ud83d', 'VALUE_INVALID'],
    ['string', 'x'.repeat(stringBytesMost + 1), 'VALUE_OUT_OF_RANGE'],
    ['binary', 'text', 'VALUE_INVALID'],
  ] as const)('%s %j is refused: %s', (type, value, code) => {
    expect(() => encodeValue(type, value)).toThrow(expect.objectContaining({ code }));
  });

  it('of text that is no UTF-8 has one character a byte', () => {
    expect(decodeValue('string', Uint8Array.of(0x32, 0x30, 0xb0, 0x43))).toBe('20°C');
  });

  it('with another number of bytes than its type is malformed', () => {
    expect(() => decodeValue('float32', two)).toThrow(
      expect.objectContaining({ code: 'REPLY_MALFORMED' }),
    );
  });
});

it('every status and frame error of the manual has a text, others their number', () => {
  const texts = Array.from({ length: 36 }, (_, status) => describeStatus(status));
  expect(new Set(texts).size).toBe(36);
  expect(describeStatus(200)).toBe('status 200');
  expect([1, 2, 3, 4, 5, 8, 9].map(describeFrameError).join()).not.toMatch(/\d/);
  expect(describeFrameError(77)).toBe('frame error 77');
});
