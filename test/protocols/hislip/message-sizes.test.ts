import { expect, it } from 'vitest';
import { hislipMessageBytesLeast, HislipMessageSizes } from '../../../src/protocols/index.ts';

it('a message is no longer with its header than the other side takes', () => {
  const sizes = new HislipMessageSizes(4_096);
  expect(sizes.ownBytesMost).toBe(4_096);
  expect(sizes.payloadBytesMost).toBe(1_048_576 - 16);
  sizes.agree(1_000);
  expect(sizes.payloadBytesMost).toBe(984);
  const data = Uint8Array.from({ length: 2_000 }, (_, at) => at % 251);
  const pieces = sizes.split(data);
  expect(pieces.map(({ length }) => length)).toEqual([984, 984, 32]);
  expect(Uint8Array.from(pieces.flatMap((piece) => [...piece]))).toEqual(data);
  expect(pieces[0]?.buffer).toBe(data.buffer);
  expect(sizes.split(data.subarray(0, 984))).toHaveLength(1);
});

it('no data is one empty piece, so that its end can be marked', () => {
  expect(new HislipMessageSizes().split(new Uint8Array())).toEqual([new Uint8Array()]);
});

it('a size that leaves no room is not taken at its word', () => {
  const sizes = new HislipMessageSizes();
  for (const bytes of [0, 1, 16, 17]) {
    sizes.agree(bytes);
    expect(sizes.payloadBytesMost).toBe(hislipMessageBytesLeast - 16);
  }
  sizes.agree(Number.MAX_SAFE_INTEGER);
  expect(sizes.split(new Uint8Array(3_000_000))).toHaveLength(1);
});
