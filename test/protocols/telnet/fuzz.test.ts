import { expect, it } from 'vitest';
import {
  concatenate,
  encodeComPort,
  encodeNegotiation,
  encodeSubnegotiation,
  encodeTelnetCommand,
  encodeTelnetData,
  parseComPort,
  subnegotiationBytesMost,
  TelnetReader,
  TelnetStream,
} from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { RandomBytes } from '../random-bytes.ts';
import { BrokenReader, faults } from './broken-readers.ts';
import type { TokenFinder } from './broken-readers.ts';
import { linesIn, linesOf } from './stream-oracle.ts';

const special = [0x00, 0x0a, 0x0d, 0x2c, 0xf0, 0xfa, 0xfb, 0xfd, 0xff];
const tokensAStream = 20;

/** Ends whatever began, so that a stream can follow that has to be read. */
const border = Uint8Array.of(255, 240, 255, 240);
const sentinel = encodeSubnegotiation(77, Uint8Array.of(1, 255, 2));

function tokenOf(random: RandomBytes, isBinary: boolean): Uint8Array {
  switch (random.below(6)) {
    case 0:
      return encodeTelnetCommand(240 + random.below(10));
    case 1:
      return encodeNegotiation(
        random.one(['will', 'wont', 'do', 'dont']),
        random.one([0, 1, 3, 44, 255]),
      );
    case 2:
      return encodeComPort({ kind: 'baud-rate', baudRate: 1 + random.below(1e9) }, 'client');
    case 3: {
      const isLong = random.chance(0.02);
      const length = isLong ? subnegotiationBytesMost - 3 + random.below(6) : random.below(12);
      return encodeSubnegotiation(random.byte(), random.bytes(length));
    }
    default:
      return encodeTelnetData(random.bytes(random.below(20)), isBinary);
  }
}

/**
 * Sends streams of tokens, most of them damaged, through a reader, cut at any places. Throws when it
 * crashes, keeps too much, does not find exactly what is in the stream, or is not back in step at the
 * second end after any garbage.
 */
function fuzz(read: () => TokenFinder, tokens: number, salt: number): void {
  const random = new RandomBytes(randomFrom(salt), special);
  for (let sent = 0; sent < tokens; sent += tokensAStream) {
    const isBinary = random.chance(0.5);
    const parts = Array.from({ length: tokensAStream }, () => {
      const good = tokenOf(random, isBinary);
      return random.chance(0.7) ? random.mutate(good) : good;
    });
    const stream = concatenate([...parts, border, sentinel]);
    const reader = read();
    reader.isBinary = isBinary;
    const found = linesOf(
      random.cut(stream).flatMap((piece) => {
        const tokens = [...reader.read(piece)];
        if (reader.bytesKept > subnegotiationBytesMost) throw new Error('keeps too much');
        return tokens;
      }),
    );
    if (found.at(-1) !== 'option 77: 01ff02') throw new Error(`out of step after ${sent}`);
    const expected = linesIn(stream, isBinary, subnegotiationBytesMost);
    const differs =
      expected.length !== found.length || expected.some((line, at) => line !== found[at]);
    if (differs) throw new Error(`other tokens than were sent, after ${sent}`);
  }
}

/** Throws when our side of a connection crashes, or says more than it heard. */
function fuzzStream(tokens: number, salt: number): void {
  const random = new RandomBytes(randomFrom(salt), special);
  let stream = new TelnetStream();
  for (let sent = 0; sent < tokens; sent += 1) {
    if (sent % 1_000 === 0) stream = new TelnetStream({ local: [0, 44], remote: [0, 3] });
    const good = tokenOf(random, false);
    const piece = random.chance(0.7) ? random.mutate(good) : good;
    const { events, reply } = stream.push(piece);
    // A command may have begun in the piece before.
    if (reply.length > piece.length + 2) throw new Error('says more than it heard');
    for (const event of events) {
      if (event.kind === 'subnegotiation') parseComPort(event.data, 'client');
    }
  }
}

it('telnet is read exactly as it is, whatever was done to it', () => {
  const tokens = count(1_000_000);
  expect(() => fuzz(() => new TelnetReader(), tokens, 0), `seed ${seed}`).not.toThrow();
  expect(() => fuzzStream(tokens, 1), `seed ${seed}`).not.toThrow();
  // The check takes a reader that is right, though it is another one.
  expect(() => fuzz(() => new BrokenReader(), 5_000, 2), `seed ${seed}`).not.toThrow();
  const caught = faults.filter((fault, salt) => {
    try {
      fuzz(() => new BrokenReader(fault), 20_000, salt);
      return false;
    } catch {
      return true;
    }
  });
  expect(caught, `seed ${seed}`).toEqual(faults);
  recordProof({
    promise: 'No bytes on a wire can break the gateway',
    test: 'telnet is read exactly as it is, whatever was done to it',
    count: 2 * tokens,
    planted: faults.length,
    caught: caught.length,
  });
}, 600_000);
