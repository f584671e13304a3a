import { describe, expect, it } from 'vitest';
import {
  AsciiFrameReader,
  BinaryFrameReader,
  encodeAsciiFrame,
  encodeBinaryFrame,
  parseMessage,
} from '../../../src/protocols/index.ts';
import type { ProparEvent, ProparFrame } from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';

/** Anything that finds frames in a stream. */
interface Reader {
  push(chunk: Uint8Array): ProparEvent[];
}

interface Framing {
  readonly name: string;
  readonly encode: (frame: ProparFrame) => Uint8Array;
  readonly read: () => Reader;
}

const framings: readonly Framing[] = [
  { name: 'binary', encode: encodeBinaryFrame, read: () => new BinaryFrameReader() },
  { name: 'ascii', encode: encodeAsciiFrame, read: () => new AsciiFrameReader() },
];

/** No frame of a reader that is in step may take more events or memory than its bytes. */
const sentinel: ProparFrame = { sequence: 0, node: 77, data: Uint8Array.of(4, 1, 0x20, 1, 0x20) };

/**
 * Sends random and mutated frames, and after each a good one. What a reader gets wrong is thrown: a
 * crash, a good frame that is not found, one that was not sent.
 */
function fuzz(framing: Framing, frames: number, salt: number): void {
  const random = randomFrom(salt);
  const byte = (): number => {
    // The bytes that mean something come often.
    const special = [0x10, 0x02, 0x03, 0x3a, 0x0d, 0x0a, 0x00];
    return random() < 0.4
      ? (special[Math.floor(random() * special.length)] ?? 0)
      : Math.floor(random() * 256);
  };
  const reader = framing.read();
  for (let sent = 0; sent < frames; sent += 1) {
    const frame: ProparFrame = {
      sequence: framing.name === 'binary' ? Math.floor(random() * 256) : 0,
      node: Math.floor(random() * 256),
      data: Uint8Array.from({ length: 1 + Math.floor(random() * 40) }, byte),
    };
    const good = framing.encode(frame);
    const isMutated = random() < 0.7;
    const bytes = isMutated ? mutate(good, random, byte) : good;
    const events = inPieces(reader, bytes, random);
    for (const event of events) {
      if (event.kind === 'frame') {
        parseMessage(event.frame.data);
        const again = framing.encode(event.frame);
        if (!isMutated) expect(again).toEqual(good);
      }
    }
    if (!isMutated && !isInStep(events, frame)) {
      throw new Error(`a good frame was not found after ${sent} others`);
    }
    // A border of its own brings every reader back into step, whatever came before.
    const check = framing.encode(sentinel);
    if (!isInStep(inPieces(reader, check, random), sentinel)) {
      throw new Error(`the reader was stuck after ${sent} frames`);
    }
  }
}

function isInStep(events: readonly ProparEvent[], frame: ProparFrame): boolean {
  const last = events.at(-1);
  return (
    last?.kind === 'frame' &&
    last.frame.node === frame.node &&
    last.frame.data.length === frame.data.length &&
    last.frame.data.every((value, index) => value === frame.data[index])
  );
}

function mutate(good: Uint8Array, random: () => number, byte: () => number): Uint8Array {
  const bytes = [...good];
  const at = (): number => Math.floor(random() * bytes.length);
  const changes = 1 + Math.floor(random() * 3);
  for (let change = 0; change < changes; change += 1) {
    const kind = random();
    if (kind < 0.3) bytes[at()] = byte();
    else if (kind < 0.5) bytes.splice(at(), 1);
    else if (kind < 0.7) bytes.splice(at(), 0, byte());
    else if (kind < 0.85) bytes.length = at();
    else bytes.splice(0, bytes.length, ...Array.from({ length: Math.floor(random() * 60) }, byte));
  }
  // A DLE at the very end would escape the border of what follows, as it does on a real wire.
  while (bytes.at(-1) === 0x10) bytes.pop();
  return Uint8Array.from(bytes);
}

function inPieces(reader: Reader, bytes: Uint8Array, random: () => number): ProparEvent[] {
  const cut = Math.floor(random() * (bytes.length + 1));
  return [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
}

/** Readers that are broken on purpose: each must be caught by {@link fuzz}. */
const broken: readonly (readonly [string, () => Reader])[] = [
  [
    'throws on a frame that is too short',
    () => {
      const reader = new BinaryFrameReader();
      return {
        push: (chunk) =>
          reader.push(chunk).map((event) => {
            if (event.kind === 'noise' && event.reason.includes('short')) throw new RangeError();
            return event;
          }),
      };
    },
  ],
  [
    'does not undo the doubling of DLE',
    () => {
      const reader = new BinaryFrameReader();
      return {
        push: (chunk) =>
          reader.push(chunk).map((event) =>
            event.kind === 'frame' && event.frame.data.includes(0x10)
              ? {
                  ...event,
                  frame: {
                    ...event.frame,
                    data: Uint8Array.from(
                      [...event.frame.data].flatMap((value) =>
                        value === 0x10 ? [value, value] : [value],
                      ),
                    ),
                  },
                }
              : event,
          ),
      };
    },
  ],
  [
    'is stuck after the first bad frame',
    () => {
      const reader = new BinaryFrameReader();
      let isStuck = false;
      return {
        push: (chunk) => {
          const events = isStuck ? [] : reader.push(chunk);
          isStuck ||= events.some(({ kind }) => kind === 'noise');
          return events;
        },
      };
    },
  ],
  [
    'forgets a frame that came in two pieces',
    () => {
      let reader = new BinaryFrameReader();
      return {
        push: (chunk) => {
          const events = reader.push(chunk);
          reader = new BinaryFrameReader();
          return events;
        },
      };
    },
  ],
  [
    'gives the bytes of the frame before',
    () => {
      const reader = new BinaryFrameReader();
      let last: ProparFrame | undefined;
      return {
        push: (chunk) =>
          reader.push(chunk).map((event) => {
            if (event.kind !== 'frame') return event;
            const frame = { ...event.frame, data: last?.data ?? event.frame.data };
            last = event.frame;
            return { ...event, frame };
          }),
      };
    },
  ],
];

describe('ProPar frame readers', () => {
  it('take random and mutated frames without a crash, and are never stuck', () => {
    const frames = count(1_000_000) / framings.length;
    for (const [salt, framing] of framings.entries()) {
      expect(() => fuzz(framing, frames, salt), `${framing.name}, seed ${seed}`).not.toThrow();
    }
    const [binary] = framings;
    if (binary === undefined) throw new TypeError('no framing');
    let caught = 0;
    for (const [salt, [name, read]] of broken.entries()) {
      expect(() => fuzz({ ...binary, read }, 20_000, salt), name).toThrow();
      caught += 1;
    }
    recordProof({
      promise: 'No bytes on a wire can break the gateway',
      test: 'take random and mutated frames without a crash, and are never stuck',
      count: frames * framings.length,
      planted: broken.length,
      caught,
    });
  }, 600_000);
});
