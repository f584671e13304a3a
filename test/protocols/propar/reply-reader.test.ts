import { describe, expect, it } from 'vitest';
import {
  BinaryFrameReader,
  concatenate,
  encodeAsciiFrame,
  encodeBinaryFrame,
  ProparReplyReader,
} from '../../../src/protocols/index.ts';
import type { ProparFrame, ReplyProgress, ReplyReader } from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { RandomFrames } from './random-frames.ts';

const answer = Uint8Array.of(2, 1, 0x20, 0x3e, 0x80);
const question = Uint8Array.of(4, 1, 0x20, 1, 0x20);
const awaited = { mode: 'binary', sequence: 7, node: 3 } as const;
const own: ProparFrame = { sequence: 7, node: 3, data: answer };

interface Outcome {
  readonly last: ReplyProgress<ProparFrame>;
  /** What the port is told of bytes that are not the reply. */
  readonly reasons: string[];
}

/** Reads as a port does: what is foreign is left behind, the rest is read on. */
function read(reader: ReplyReader<ProparFrame>, chunks: readonly Uint8Array[]): Outcome {
  const reasons: string[] = [];
  let last: ReplyProgress<ProparFrame> = { kind: 'more' };
  for (const chunk of chunks) {
    let unread = chunk;
    while (unread.length > 0) {
      last = reader.push(unread, false);
      if (last.kind === 'more') break;
      if (last.kind !== 'foreign') return { last, reasons };
      reasons.push(last.reason);
      if (last.rest.length >= unread.length) throw new Error('the reader does not move on');
      unread = last.rest;
    }
  }
  return { last, reasons };
}

function replyTo(node: number, frame: ProparFrame): string {
  return read(new ProparReplyReader({ ...awaited, node }), [encodeBinaryFrame(frame)]).last.kind;
}

describe('a ProPar reply reader', () => {
  it('takes the reply with its own number and node, and leaves what follows', () => {
    const after = Uint8Array.of(0x10, 0x02, 9);
    const { last } = read(new ProparReplyReader(awaited), [
      concatenate([encodeBinaryFrame(own), after]),
    ]);
    expect(last).toEqual({ kind: 'done', reply: own, rest: after });
  });

  it('leaves a late reply of another number, and says so', () => {
    const late: number[] = [];
    const reader = new ProparReplyReader({
      ...awaited,
      late: ({ sequence }) => late.push(sequence),
    });
    const { last, reasons } = read(reader, [
      concatenate([encodeBinaryFrame({ ...own, sequence: 6 }), encodeBinaryFrame(own)]),
    ]);
    expect(last.kind).toBe('done');
    expect(late).toEqual([6]);
    expect(reasons).toEqual(['a frame of node 3 that nobody waits for']);
  });

  it('leaves a reply of another node, though its number is the same', () => {
    expect(replyTo(3, { ...own, node: 4 })).toBe('foreign');
  });

  it('takes the reply to node 128 from 128 and from the own address of whoever is there', () => {
    expect(replyTo(128, own)).toBe('done');
    expect(replyTo(128, { ...own, node: 128 })).toBe('done');
    expect(replyTo(128, { ...own, sequence: 8 })).toBe('foreign');
  });

  it('takes an error frame of its number by the host, whatever node that names', () => {
    const data = new Uint8Array();
    expect(replyTo(3, { sequence: 7, node: 0, data, errorCode: 9 })).toBe('done');
    expect(replyTo(3, { sequence: 8, node: 3, data, errorCode: 9 })).toBe('foreign');
  });

  it('leaves the echo of its own request', () => {
    const echo = encodeBinaryFrame({ ...own, data: question });
    const { last, reasons } = read(new ProparReplyReader(awaited), [
      concatenate([echo, encodeBinaryFrame(own)]),
    ]);
    expect(last.kind).toBe('done');
    expect(reasons).toEqual(['a message that answers nothing']);
  });

  it('leaves what an instrument sends without being asked, though it is of its number and node', () => {
    const data = Uint8Array.of(0x03, ...own.data.subarray(1));
    expect(replyTo(3, { ...own, data })).toBe('foreign');
  });

  it('says of noise in front of the reply that it is foreign, once for all bytes of a chunk', () => {
    const noise = Uint8Array.of(1, 2, 3, 0xff);
    const { last, reasons } = read(new ProparReplyReader(awaited), [
      concatenate([noise, encodeBinaryFrame(own)]),
    ]);
    expect(last.kind).toBe('done');
    expect(reasons).toEqual(['no frame']);
  });

  it('says at once that its own reply is malformed when the length is wrong', () => {
    const wrong = Uint8Array.of(0x10, 2, 7, 3, 6, ...answer, 0x10, 3);
    expect(new ProparReplyReader(awaited).push(wrong)).toEqual({
      kind: 'malformed',
      reason: 'a frame of 5 bytes that says 6',
    });
    const others = Uint8Array.of(0x10, 2, 8, 3, 6, ...answer, 0x10, 3);
    expect(new ProparReplyReader(awaited).push(others).kind).toBe('foreign');
  });

  it('knows a reply in ASCII by its node, and takes its whole line end', () => {
    const ascii = { mode: 'ascii', sequence: 0, node: 3 } as const;
    const frame = { ...own, sequence: 0 };
    expect(read(new ProparReplyReader(ascii), [encodeAsciiFrame(frame)]).last).toEqual({
      kind: 'done',
      reply: frame,
      rest: new Uint8Array(),
    });
    const other = encodeAsciiFrame({ ...frame, node: 4 });
    expect(read(new ProparReplyReader(ascii), [other]).last.kind).toBe('foreign');
    const wrong = new TextEncoder().encode(':07030201203E80\r\n');
    expect(new ProparReplyReader(ascii).push(wrong).kind).toBe('malformed');
  });
});

/** A reply among late ones of other numbers, of other nodes, echoes and noise. */
function scene(random: RandomFrames): { chunks: Uint8Array[]; rest: Uint8Array } {
  const before = Array.from({ length: random.below(5) }, () => {
    switch (random.below(4)) {
      case 0:
        return encodeBinaryFrame({ ...own, sequence: random.below(7), data: Uint8Array.of(2, 9) });
      case 1:
        return encodeBinaryFrame({ ...own, node: 4 + random.below(90), data: Uint8Array.of(2, 8) });
      case 2:
        return encodeBinaryFrame({ ...own, data: question });
      default:
        return random.bytes(random.below(9)).filter((byte) => byte !== 0x10);
    }
  });
  const rest = random.bytes(random.below(9));
  return { chunks: random.cut(concatenate([...before, encodeBinaryFrame(own), rest])), rest };
}

/** Throws when a reader gives something else than the one reply that is its own. */
function check(make: () => ReplyReader<ProparFrame>, scenes: number, salt: number): void {
  const random = new RandomFrames(randomFrom(salt));
  for (let made = 0; made < scenes; made += 1) {
    const { chunks } = scene(random);
    const { last } = read(make(), chunks);
    expect(last).toMatchObject({ kind: 'done', reply: own });
  }
}

/** A reader that takes the first frame that a rule allows. */
function byRule(isOurs: (frame: ProparFrame) => boolean): () => ReplyReader<ProparFrame> {
  return () => {
    const frames = new BinaryFrameReader();
    return {
      push(data) {
        for (let at = 0; at < data.length; at += 1) {
          const event = frames.push(data.subarray(at, at + 1)).at(-1);
          if (event?.kind !== 'frame' || !isOurs(event.frame)) continue;
          return { kind: 'done', reply: event.frame, rest: data.subarray(at + 1) };
        }
        return { kind: 'more' };
      },
    };
  };
}

const isEcho = ({ data }: ProparFrame): boolean => data[0] === 4;
const broken: readonly (readonly [string, () => ReplyReader<ProparFrame>])[] = [
  ['takes the first frame', byRule(() => true)],
  ['matches by number alone', byRule((frame) => frame.sequence === 7 && !isEcho(frame))],
  ['matches by node alone', byRule((frame) => frame.node === 3 && !isEcho(frame))],
  ['takes the echo of its request', byRule((frame) => frame.sequence === 7 && frame.node === 3)],
  ['waits for a frame that is not there', byRule(() => false)],
];

it('a reply goes to its request among late ones, other nodes, echoes and noise', () => {
  const scenes = count(100_000);
  expect(
    () => check(() => new ProparReplyReader(awaited), scenes, 0),
    `seed ${seed}`,
  ).not.toThrow();
  const caught = broken.filter(([, make], salt) => {
    try {
      check(make, 1_000, salt);
      return false;
    } catch {
      return true;
    }
  });
  expect(caught, `seed ${seed}`).toEqual(broken);
  recordProof({
    promise: 'A reply goes to its request or to nobody',
    test: 'a reply goes to its request among late ones, other nodes, echoes and noise',
    count: scenes,
    planted: broken.length,
    caught: caught.length,
  });
}, 300_000);
