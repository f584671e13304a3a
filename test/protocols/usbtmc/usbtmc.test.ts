import { describe, expect, it } from 'vitest';
import {
  describeUsbtmcStatus,
  encodeUsbtmcMessage,
  encodeUsbtmcRequest,
  encodeUsbtmcTrigger,
  parseUsbtmcAnswer,
  parseUsbtmcCapabilities,
  parseUsbtmcNotification,
  usbtmcStatusTags,
  usbtmcTags,
} from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { RandomBytes } from '../random-bytes.ts';
import { toHex } from '../hex.ts';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** Written by hand from the tables of the standards. */
describe('messages of USBTMC', () => {
  it.each<[string, Uint8Array, string]>([
    [
      'a whole message, filled up to four bytes',
      encodeUsbtmcMessage(text('*IDN?\n'), { tag: 1, end: true }),
      '01 01 fe 00 06 00 00 00 01 00 00 00 2a 49 44 4e 3f 0a 00 00',
    ],
    [
      'a piece that does not end, of which nothing has to be filled up',
      encodeUsbtmcMessage(text('CURV'), { tag: 0x5b, end: false }),
      '01 5b a4 00 04 00 00 00 00 00 00 00 43 55 52 56',
    ],
    [
      'a request for at most 65,520 bytes',
      encodeUsbtmcRequest({ tag: 255, most: 65_520 }),
      '02 ff 00 00 f0 ff 00 00 00 00 00 00',
    ],
    [
      'a request that a line feed ends',
      encodeUsbtmcRequest({ tag: 2, most: 256, termChar: 10 }),
      '02 02 fd 00 00 01 00 00 02 0a 00 00',
    ],
    ['a trigger', encodeUsbtmcTrigger(128), '80 80 7f 00 00 00 00 00 00 00 00 00'],
  ])('%s', (_, encoded, wanted) => {
    expect(toHex(encoded)).toBe(wanted);
  });

  it.each([0, 256, 1.5])('have no bTag %d', (tag) => {
    expect(() => encodeUsbtmcTrigger(tag)).toThrow(
      expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }),
    );
  });

  it('have at least a byte', () => {
    expect(() => encodeUsbtmcMessage(new Uint8Array(), { tag: 1, end: true })).toThrow(
      expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }),
    );
  });
});

describe('an answer of USBTMC', () => {
  it('is told with its end, without what fills it up', () => {
    const last = bytes('02 07 f8 00 03 00 00 00 01 00 00 00 31 32 0a ff');
    expect(parseUsbtmcAnswer(last)).toEqual({
      kind: 'data',
      tag: 7,
      data: text('12\n'),
      end: true,
    });
    const part = bytes('02 07 f8 00 01 00 00 00 02 00 00 00 31');
    expect(parseUsbtmcAnswer(part)).toEqual({ kind: 'data', tag: 7, data: text('1'), end: false });
  });

  it.each([
    ['nothing', '', '0 bytes'],
    ['half a head', '02 07 f8 00 03 00', '6 bytes'],
    ['another message', '01 07 f8 00 01 00 00 00 01 00 00 00 31', 'no message 1'],
    ['a bTag of zero', '02 00 ff 00 01 00 00 00 01 00 00 00 31', 'bTag'],
    ['a bTag beside a wrong inverse', '02 07 07 00 01 00 00 00 01 00 00 00 31', 'inverse'],
    ['less than it announces', '02 07 f8 00 ff ff ff ff 01 00 00 00 31', '4294967295'],
  ])('is malformed with %s', (_, hex, reason) => {
    expect(parseUsbtmcAnswer(bytes(hex))).toEqual({
      kind: 'malformed',
      reason: expect.stringContaining(reason),
    });
  });

  it('is read or refused, whatever bytes it has, and never longer than they are', () => {
    const random = new RandomBytes(randomFrom(88), [0, 1, 2, 7, 0xf8, 0xff]);
    for (let turn = 0; turn < count(1_000_000); turn += 1) {
      const good = bytes('02 07 f8 00 03 00 00 00 01 00 00 00 31 32 0a ff');
      const piece = random.chance(0.5) ? random.mutate(good) : random.bytes(random.below(40));
      const answer = parseUsbtmcAnswer(piece);
      if (answer.kind === 'malformed') continue;
      const isWrong =
        answer.data.length > piece.length - 12 || answer.tag < 1 || piece[2] !== 255 - answer.tag;
      if (isWrong) throw new Error(`seed ${seed}, turn ${turn}: ${toHex(piece)}`);
    }
  }, 120_000);
});

it('capabilities are what the bits say, and what is missing cannot be done', () => {
  const whole = bytes('01 00 00 01 02 01 00 00 00 00 00 00 00 01 07 0f 00 00 00 00 00 00 00 00');
  expect(parseUsbtmcCapabilities(whole)).toEqual({
    isListenOnly: false,
    isTalkOnly: true,
    hasTermChar: true,
    hasTrigger: true,
    hasRemoteControl: true,
    hasServiceRequest: true,
  });
  expect(Object.values(parseUsbtmcCapabilities(bytes('01 00 00 01'))).some(Boolean)).toBe(false);
});

it.each([
  ['81 40', { kind: 'service-request', status: 0x40 }],
  ['82 10', { kind: 'status-byte', tag: 2, status: 0x10 }],
  ['ff 00', { kind: 'status-byte', tag: 127, status: 0 }],
  ['80 00', { kind: 'other' }],
  ['01 00', { kind: 'other' }],
  ['81', { kind: 'other' }],
  ['', { kind: 'other' }],
])('the notification %s is told as it is', (hex, wanted) => {
  expect(parseUsbtmcNotification(bytes(hex))).toEqual(wanted);
});

it('bTags go round without those that mean something else', () => {
  const tags = usbtmcTags();
  const seen = Array.from({ length: 510 }, () => tags.next());
  expect(new Set(seen).size).toBe(255);
  expect([Math.min(...seen), Math.max(...seen), seen[254], seen[255]]).toEqual([1, 255, 255, 1]);
  const statusTags = usbtmcStatusTags();
  const polls = Array.from({ length: 252 }, () => statusTags.next());
  expect([Math.min(...polls), Math.max(...polls), new Set(polls).size]).toEqual([2, 127, 126]);
});

it('a status is told in words', () => {
  expect([1, 2, 0x20, 0x81, 99, undefined].map(describeUsbtmcStatus)).toEqual([
    'success',
    'pending',
    'interrupt-in busy',
    'transfer not in progress',
    'status 99',
    'an empty answer',
  ]);
});
