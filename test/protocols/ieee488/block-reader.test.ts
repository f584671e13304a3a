import { array, assert, boolean, integer, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockBytesMost,
  blockData,
  blockHeader,
  BlockReader,
  concatenate,
  indefiniteBlockHeader,
} from '../../../src/protocols/index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

describe('a block', () => {
  it.each([
    [0, '#10'],
    [5, '#15'],
    [10, '#210'],
    [65_536, '#565536'],
    [blockBytesMost, '#9999999999'],
  ])('of %i bytes begins with %s', (length, header) => {
    expect(blockHeader(length)).toBe(header);
  });

  it.each([-1, 1.5, blockBytesMost + 1])('of %d bytes is refused', (length) => {
    expect(() => blockHeader(length)).toThrow(
      expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE' }),
    );
  });

  it('comes out as it went in however the stream is cut, and what follows is left', () => {
    const cuts = array(integer({ min: 1, max: 9 }), { minLength: 1 });
    assert(
      property(uint8Array({ maxLength: 60 }), boolean(), cuts, (data, isDefinite, lengths) => {
        const head = bytes(isDefinite ? blockHeader(data.length) : indefiniteBlockHeader);
        const stream = concatenate([head, data, bytes('\n')]);
        const reader = new BlockReader();
        const found: Uint8Array[] = [];
        const left: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const end = at + (lengths[turn % lengths.length] ?? 1);
          const progress = reader.push(stream.subarray(at, end), end >= stream.length);
          found.push(progress.data);
          left.push(progress.rest);
          at = end;
        }
        expect(concatenate(found)).toEqual(data);
        expect(concatenate(left)).toEqual(bytes('\n'));
      }),
    );
  });

  it('is handed on without a copy', () => {
    const chunk = bytes('#18abcd');
    const { data, state } = new BlockReader().push(chunk);
    expect(state).toBe('more');
    expect(data.buffer).toBe(chunk.buffer);
    expect(text(data)).toBe('abcd');
  });

  it('is malformed when it begins otherwise or breaks off', () => {
    expect(new BlockReader().push(bytes('1.5\n')).state).toBe('malformed');
    expect(new BlockReader().push(bytes('#HFF')).state).toBe('malformed');
    expect(new BlockReader().push(bytes('#2x')).state).toBe('malformed');
    const reader = new BlockReader();
    expect(reader.push(bytes('#15ab'), true).state).toBe('malformed');
    expect(text(reader.push(bytes('later')).rest)).toBe('later');
  });

  it('is taken out of a whole response', () => {
    expect(text(blockData(bytes('#13a\nb\n')))).toBe('a\nb');
    expect(text(blockData(bytes('#0a\nb\n')))).toBe('a\nb');
    expect(blockData(bytes('#10\n'))).toHaveLength(0);
    for (const response of ['', '#', '#15ab', '1.5']) {
      expect(() => blockData(bytes(response))).toThrow(
        expect.objectContaining({ code: 'REPLY_MALFORMED' }),
      );
    }
  });
});
