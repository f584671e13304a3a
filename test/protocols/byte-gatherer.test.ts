import { array, assert, integer, property } from 'fast-check';
import { expect, it } from 'vitest';
import { ByteGatherer } from '../../src/protocols/byte-gatherer.ts';
import { concatenate } from '../../src/protocols/index.ts';

it('pieces of any size come out in their order, again and again', () => {
  const gatherer = new ByteGatherer();
  assert(
    property(array(integer({ min: 0, max: 2_000 }), { maxLength: 20 }), (lengths) => {
      const pieces = lengths.map((length, at) =>
        // Half of them are short, and each differs from the one before.
        new Uint8Array(length % 2 === 0 ? length % 70 : length).fill(at + 1),
      );
      for (const piece of pieces) gatherer.add(piece);
      const whole = concatenate(pieces);
      expect(gatherer.length).toBe(whole.length);
      expect(gatherer.take()).toEqual(whole);
      expect(gatherer.length).toBe(0);
    }),
  );
});
