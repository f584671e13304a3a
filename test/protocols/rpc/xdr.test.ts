import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeXdr,
  encodeXdr,
  xdrArray,
  xdrBool,
  xdrEnum,
  xdrFixedOpaque,
  xdrHyper,
  xdrInt,
  xdrList,
  xdrOpaque,
  XdrReader,
  xdrString,
  xdrStruct,
  xdrUnsigned,
  xdrUnsignedHyper,
  xdrVoid,
  XdrWriter,
} from '../../../src/protocols/index.ts';
import type { XdrType } from '../../../src/protocols/index.ts';
import { fromHex, fromText, toHex } from '../hex.ts';
import '../../support/seed.ts';

interface FileKind {
  readonly kind: 'text' | 'data' | 'exec';
  readonly interpreter: string;
}

interface File {
  readonly name: string;
  readonly type: FileKind;
  readonly owner: string;
  readonly data: Uint8Array;
}

/** The example of RFC 4506, section 7; its union is written as the arm that the example has. */
const file: XdrType<File> = xdrStruct<File>({
  name: xdrString(255),
  type: xdrStruct<FileKind>({
    kind: xdrEnum({ text: 0, data: 1, exec: 2 }),
    interpreter: xdrString(32),
  }),
  owner: xdrString(32),
  data: xdrOpaque(65_535),
});

/** One value of a type, and its bytes. */
interface Vector {
  readonly what: string;
  readonly hex: string;
  check(): void;
}

function vector<Value>(what: string, type: XdrType<Value>, value: Value, hex: string): Vector {
  const spaced = toHex(fromHex(hex));
  return {
    what,
    hex,
    check() {
      expect(toHex(encodeXdr(type, value))).toBe(spaced);
      expect(decodeXdr(type, fromHex(hex))).toEqual(value);
    },
  };
}

const vectors: readonly Vector[] = [
  vector('int', xdrInt, 1, '00000001'),
  vector('negative int', xdrInt, -2, 'fffffffe'),
  vector('least int', xdrInt, -2_147_483_648, '80000000'),
  vector('most unsigned', xdrUnsigned, 4_294_967_295, 'ffffffff'),
  vector('hyper', xdrHyper, -2n, 'fffffffffffffffe'),
  vector('unsigned hyper', xdrUnsignedHyper, 0x0102_0304_0506_0708n, '0102030405060708'),
  vector('true', xdrBool, true, '00000001'),
  vector('false', xdrBool, false, '00000000'),
  vector('enum', xdrEnum({ red: 2, yellow: 3, blue: 5 }), 'blue', '00000005'),
  vector('fixed opaque', xdrFixedOpaque(5), fromHex('0102030405'), '0102030405 000000'),
  vector('opaque', xdrOpaque(8), fromHex('0a0b0c'), '00000003 0a0b0c 00'),
  vector('opaque of a whole unit', xdrOpaque(8), fromHex('0a0b0c0d'), '00000004 0a0b0c0d'),
  vector('empty opaque', xdrOpaque(8), new Uint8Array(), '00000000'),
  vector('string', xdrString(255), 'sillyprog', '00000009 73696c6c 7970726f 67000000'),
  vector('array', xdrArray(xdrInt, 3), [1, -1], '00000002 00000001 ffffffff'),
  vector('list', xdrList(xdrInt, 3), [7, 8], '00000001 00000007 00000001 00000008 00000000'),
  vector('empty list', xdrList(xdrInt, 3), [], '00000000'),
  vector('nothing', xdrVoid, undefined, ''),
  vector(
    'the file of RFC 4506, section 7',
    file,
    {
      name: 'sillyprog',
      type: { kind: 'exec', interpreter: 'lisp' },
      owner: 'john',
      data: fromText('(quit)'),
    },
    `00000009 73696c6c 7970726f 67000000 00000002 00000004 6c697370
     00000004 6a6f686e 00000006 28717569 74290000`,
  ),
];

describe('XDR', () => {
  it.each(vectors)('$what is $hex', (each) => each.check());

  it('what does not fit into its type is refused when it is written', () => {
    const misfits: readonly ((writer: XdrWriter) => void)[] = [
      (writer) => writer.int(2_147_483_648),
      (writer) => writer.int(0.5),
      (writer) => writer.int(Number.NaN),
      (writer) => writer.unsigned(-1),
      (writer) => writer.unsigned(4_294_967_296),
      (writer) => writer.hyper(1n << 63n),
      (writer) => writer.unsignedHyper(-1n),
      (writer) => writer.opaque(new Uint8Array(3), 2),
      (writer) => writer.string('äö', 3),
      (writer) => xdrFixedOpaque(2).write(writer, new Uint8Array(3)),
      (writer) => xdrArray(xdrInt, 1).write(writer, [1, 2]),
      (writer) => xdrList(xdrInt, 1).write(writer, [1, 2]),
    ];
    for (const misfit of misfits) {
      expect(() => misfit(new XdrWriter())).toThrow(
        expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }),
      );
    }
  });

  it('what breaks off, is too long or stands for nothing is refused when it is read', () => {
    const misfits: readonly (readonly [type: XdrType<unknown>, hex: string])[] = [
      [xdrInt, '000000'],
      [xdrHyper, '00000000 000000'],
      [xdrBool, '00000002'],
      [xdrBool, 'ffffffff'],
      [xdrEnum({ red: 2 }), '00000003'],
      [xdrFixedOpaque(4), '010203'],
      // The bytes that fill up belong to the item.
      [xdrOpaque(8), '00000003 0a0b0c'],
      [xdrOpaque(2), '00000003 0a0b0c00'],
      [xdrString(2), '00000003 61626300'],
      [xdrArray(xdrInt, 1), '00000002 00000001 00000001'],
      [xdrList(xdrInt, 1), '00000001 00000001 00000001 00000001 00000000'],
    ];
    for (const [type, hex] of misfits) {
      expect(() => decodeXdr(type, fromHex(hex)), hex).toThrow(
        expect.objectContaining({ code: 'LINK_PROTOCOL' }),
      );
    }
  });

  it('the bytes that fill up may be anything', () => {
    expect(toHex(decodeXdr(xdrOpaque(8), fromHex('00000001 0affffff')))).toBe('0a');
  });

  it('a length on the wire takes no memory by itself', () => {
    const reader = new XdrReader(fromHex('7fffffff 00000000'));
    const most = 0xffff_ffff;
    expect(() => reader.opaque(most)).toThrow('2147483648 bytes are due where 4 are left');
    const array = xdrArray(xdrInt, most);
    expect(() => decodeXdr(array, fromHex('ffffffff 00000000'))).toThrow('4 bytes are due');
  });

  it('opaque data is a part of what was given', () => {
    const data = fromHex('00000004 0a0b0c0d');
    const read = decodeXdr(xdrOpaque(4), data);
    expect(read.buffer).toBe(data.buffer);
  });

  it('any values come back as they were, one after the other', () => {
    interface Values {
      readonly int: number;
      readonly unsigned: number;
      readonly hyper: bigint;
      readonly unsignedHyper: bigint;
      readonly bool: boolean;
      readonly opaque: Uint8Array;
      readonly text: string;
      readonly array: readonly string[];
      readonly list: readonly bigint[];
    }
    const type = xdrStruct<Values>({
      int: xdrInt,
      unsigned: xdrUnsigned,
      hyper: xdrHyper,
      unsignedHyper: xdrUnsignedHyper,
      bool: xdrBool,
      opaque: xdrOpaque(1_000),
      text: xdrString(1_000),
      array: xdrArray(xdrString(1_000), 10),
      list: xdrList(xdrHyper, 10),
    });
    const signed = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
    const values: fc.Arbitrary<Values> = fc.record({
      int: fc.integer(),
      unsigned: fc.nat({ max: 0xffff_ffff }),
      hyper: signed,
      unsignedHyper: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      bool: fc.boolean(),
      opaque: fc.uint8Array({ maxLength: 1_000, size: 'max' }),
      text: fc.string({ unit: 'grapheme', maxLength: 50 }),
      array: fc.array(fc.string(), { maxLength: 10 }),
      list: fc.array(signed, { maxLength: 10 }),
    });
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeXdr(type, value);
        expect(bytes.length % 4).toBe(0);
        expect(decodeXdr(type, bytes)).toEqual(value);
      }),
    );
  });
});
