import * as fc from 'fast-check';
import { encodeAsciiFrame, encodeBinaryFrame } from '../../../src/protocols/index.ts';
import type { ProparMode } from '../../../src/protocols/index.ts';

/** One value as a client asks for it and as an instrument holds it. */
interface DrawnValue {
  readonly returnParameter: number;
  readonly process: number;
  readonly parameter: number;
  readonly type: 0x00 | 0x20 | 0x40 | 0x60;
  /** Of strings: the length asked for, 0 for one that ends with a zero. */
  readonly stringLength: number;
}

/** Values that share a process byte. */
interface DrawnGroup {
  readonly returnProcess: number;
  readonly values: readonly DrawnValue[];
}

/** A read by a client, and the answer that it has to get, to the byte. */
export interface DrawnRead {
  readonly mode: ProparMode;
  readonly node: number;
  readonly request: Uint8Array;
  readonly answer: Uint8Array;
}

/** What the instrument at a node holds: different for each node and address. */
export function heldValue(
  node: number,
  { process, parameter, type }: Pick<DrawnValue, 'process' | 'parameter' | 'type'>,
  stringLength: number,
): Uint8Array {
  const seed = (node * 131 + process * 31 + parameter) & 0xff;
  switch (type) {
    case 0x00:
      return Uint8Array.of(seed);
    case 0x20:
      return Uint8Array.of(seed, 0x10);
    case 0x40:
      return Uint8Array.of(seed, node, 0x10, parameter);
    case 0x60: {
      const text = new TextEncoder().encode(`n${node}p${process}`);
      if (stringLength === 0) return text;
      const padded = new Uint8Array(stringLength).fill(0x20);
      padded.set(text.subarray(0, stringLength));
      return padded;
    }
  }
}

const drawnValue: fc.Arbitrary<DrawnValue> = fc.record({
  returnParameter: fc.nat(31),
  process: fc.nat(127),
  parameter: fc.nat(31),
  type: fc.constantFrom(0x00, 0x20, 0x40, 0x60),
  stringLength: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 })),
});

const drawnGroup: fc.Arbitrary<DrawnGroup> = fc.record({
  returnProcess: fc.nat(127),
  values: fc.array(drawnValue, { minLength: 1, maxLength: 4 }),
});

/** Reads of every layout: return indices of the client's own, chains of groups of values. */
export const drawnRead: fc.Arbitrary<DrawnRead> = fc
  .record({
    mode: fc.constantFrom<ProparMode>('binary', 'ascii'),
    sequence: fc.nat(255),
    node: fc.constantFrom(3, 4, 16, 128),
    groups: fc.array(drawnGroup, { minLength: 1, maxLength: 3 }),
  })
  .map(({ mode, sequence, node, groups }) => {
    const asked: number[] = [0x04];
    const answered: number[] = [0x02];
    for (const [groupIndex, { returnProcess, values }] of groups.entries()) {
      const process = returnProcess | (groupIndex < groups.length - 1 ? 0x80 : 0);
      asked.push(process);
      answered.push(process);
      for (const [index, value] of values.entries()) {
        const { returnParameter, type, stringLength } = value;
        const head = returnParameter | type | (index < values.length - 1 ? 0x80 : 0);
        const isText = type === 0x60;
        asked.push(head, value.process, value.parameter | type);
        if (isText) asked.push(stringLength);
        const held = heldValue(node, value, stringLength);
        answered.push(head);
        if (!isText) answered.push(...held);
        else if (stringLength > 0) answered.push(stringLength, ...held);
        else answered.push(0, ...held, 0);
      }
    }
    const encode = mode === 'binary' ? encodeBinaryFrame : encodeAsciiFrame;
    const frame = (bytes: readonly number[]): Uint8Array =>
      encode({ sequence, node, data: Uint8Array.from(bytes) });
    return { mode, node, request: frame(asked), answer: frame(answered) };
  });

/** Cuts bytes anywhere, also into pieces of nothing but one byte. */
export function cut(bytes: Uint8Array, random: () => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = 1 + Math.floor(random() ** 2 * 12);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
