import { describe, expect, it } from 'vitest';
import {
  AsciiFrameReader,
  BinaryFrameReader,
  concatenate,
  encodeAsciiFrame,
  encodeBinaryFrame,
  parseMessage,
} from '../../../src/protocols/index.ts';
import type { ProparFrame } from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { BrokenReader, faults } from './broken-readers.ts';
import type { FrameFinder } from './broken-readers.ts';
import { asciiFramesIn, binaryFramesIn } from './frame-oracle.ts';
import { RandomFrames } from './random-frames.ts';

interface Framing {
  readonly name: 'binary' | 'ascii';
  readonly encode: (frame: ProparFrame) => Uint8Array;
  readonly read: () => FrameFinder;
  readonly framesIn: (stream: Uint8Array) => ProparFrame[];
}

const binary: Framing = {
  name: 'binary',
  encode: encodeBinaryFrame,
  read: () => new BinaryFrameReader(),
  framesIn: binaryFramesIn,
};
const ascii: Framing = {
  name: 'ascii',
  encode: encodeAsciiFrame,
  read: () => new AsciiFrameReader(),
  framesIn: asciiFramesIn,
};

const framesAStream = 25;
/** No frame is as long as so many bytes: a reader must have given one up that is. */
const endlessBytes = 600;
const sentinel: ProparFrame = { sequence: 0, node: 77, data: Uint8Array.of(4, 1, 0x20, 1, 0x20) };

/**
 * Sends streams of random and mutated frames through a reader, cut at any places. Throws when it
 * crashes, does not find exactly the frames that are in the stream, is not back in step at the second
 * good frame after any garbage, or holds on to a frame that has no end.
 */
function fuzz({ name, encode, read, framesIn }: Framing, frames: number, salt: number): void {
  const random = new RandomFrames(randomFrom(salt));
  const reader = read();
  for (let sent = 0; sent < frames; sent += framesAStream) {
    const parts = Array.from({ length: framesAStream }, () => {
      const good = encode(random.frame(name === 'binary'));
      return random.below(10) < 7 ? random.mutate(good) : good;
    });
    const border = encode(sentinel);
    const stream = concatenate([...parts, border, border]);
    const found = framesOf(reader, random.cut(stream));
    for (const { data } of found) parseMessage(data);
    if (!isSame(found.at(-1), sentinel)) throw new Error(`out of step after ${sent} frames`);
    const expected = framesIn(stream);
    const differs =
      expected.length !== found.length || expected.some((frame, at) => !isSame(found[at], frame));
    if (differs) throw new Error(`other frames than were sent, after ${sent}`);
  }
  reader.push(border(name));
  reader.push(new Uint8Array(endlessBytes).fill(0x41));
  if (reader.isInside) throw new Error('a frame without end is still being gathered');
}

/** What begins a frame. */
function border(name: Framing['name']): Uint8Array {
  return name === 'binary' ? Uint8Array.of(0x10, 0x02) : Uint8Array.of(0x3a);
}

function framesOf(reader: FrameFinder, pieces: readonly Uint8Array[]): ProparFrame[] {
  return pieces.flatMap((piece) =>
    reader.push(piece).flatMap((event) => (event.kind === 'frame' ? [event.frame] : [])),
  );
}

function isSame(one: ProparFrame | undefined, other: ProparFrame): boolean {
  return (
    one !== undefined &&
    one.sequence === other.sequence &&
    one.node === other.node &&
    one.errorCode === other.errorCode &&
    one.data.length === other.data.length &&
    one.data.every((value, at) => value === other.data[at])
  );
}

describe('ProPar frame readers', () => {
  it('find exactly the frames in random and mutated ones, and are never stuck', () => {
    const frames = count(1_000_000) / 2;
    for (const [salt, framing] of [binary, ascii].entries()) {
      expect(() => fuzz(framing, frames, salt), `${framing.name}, seed ${seed}`).not.toThrow();
    }
    // The check takes a reader that is right, though it is another one.
    expect(() => fuzz({ ...binary, read: () => new BrokenReader() }, 20_000, 2)).not.toThrow();
    const caught = faults.filter((fault, salt) => {
      try {
        fuzz({ ...binary, read: () => new BrokenReader(fault) }, 20_000, salt);
        return false;
      } catch {
        return true;
      }
    });
    expect(caught, `seed ${seed}`).toEqual(faults);
    recordProof({
      promise: 'No bytes on a wire can break the gateway',
      test: 'find exactly the frames in random and mutated ones, and are never stuck',
      count: frames * 2,
      planted: faults.length,
      caught: caught.length,
    });
  }, 600_000);
});
