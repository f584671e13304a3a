import { expect, it } from 'vitest';
import { concatenate, parseRpcMessage, RpcRecordReader } from '../../../src/protocols/index.ts';
import type { RpcMessage } from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { toDigits } from '../hex.ts';
import { brokenParser, BrokenRecordReader, messageFaults, recordFaults } from './broken-readers.ts';
import type { RecordFinder } from './broken-readers.ts';
import { summaryIn, summaryOf } from './message-oracle.ts';
import { RandomMessages } from './random-messages.ts';
import { recordsIn } from './record-oracle.ts';

interface Subject {
  readonly read: () => RecordFinder;
  readonly parse: (message: Uint8Array) => RpcMessage;
}

/** Below the length of some records, so that the bound is met. */
const recordBytesMost = 150;
const recordsAStream = 4;

const real: Subject = {
  read: () => new RpcRecordReader({ recordBytesMost }),
  parse: parseRpcMessage,
};

/**
 * Sends streams of records through a reader, cut at any places. Throws when it crashes, keeps more
 * than came or than the bound, or does not find the records that are there; and when a message is
 * read otherwise than word by word.
 */
function fuzz({ read, parse }: Subject, records: number, salt: number): void {
  const random = new RandomMessages(randomFrom(salt));
  for (let sent = 0; sent < records; sent += recordsAStream) {
    const stream = concatenate(Array.from({ length: recordsAStream }, () => random.record()));
    const reader = read();
    const found: string[] = [];
    let pushed = 0;
    for (const piece of random.cut(stream)) {
      pushed += piece.length;
      for (const event of reader.push(piece)) {
        found.push(event.kind === 'record' ? toDigits(event.message) : 'too long');
        if (event.kind === 'record') check(parse, event.message);
      }
      if (reader.bytesKept > Math.min(pushed, recordBytesMost)) throw new Error('keeps too much');
    }
    const expected = recordsIn(stream, recordBytesMost);
    const differs =
      expected.length !== found.length || expected.some((each, at) => each !== found[at]);
    if (differs) throw new Error(`other records than were sent, after ${sent}`);
  }
}

function check(parse: Subject['parse'], message: Uint8Array): void {
  const [summary, expected] = [summaryOf(parse(message)), summaryIn(message)];
  if (summary !== expected) throw new Error(`read as ${summary}, and is ${expected}`);
}

it('RPC records and messages are read exactly as they are, whatever was done to them', () => {
  const records = count(1_000_000);
  expect(() => fuzz(real, records, 0), `seed ${seed}`).not.toThrow();
  // The check takes a reader that is right, though it is another one.
  const plain = { ...real, read: () => new BrokenRecordReader(recordBytesMost) };
  expect(() => fuzz(plain, 5_000, 1), `seed ${seed}`).not.toThrow();
  const broken: readonly (readonly [fault: string, subject: Subject])[] = [
    ...recordFaults.map(
      (fault) =>
        [fault, { ...real, read: () => new BrokenRecordReader(recordBytesMost, fault) }] as const,
    ),
    ...messageFaults.map((fault) => [fault, { ...real, parse: brokenParser(fault) }] as const),
  ];
  const caught = broken.filter(([, subject], salt) => {
    try {
      fuzz(subject, 5_000, salt);
      return false;
    } catch {
      return true;
    }
  });
  expect(
    caught.map(([fault]) => fault),
    `seed ${seed}`,
  ).toEqual(broken.map(([fault]) => fault));
  recordProof({
    promise: 'No bytes on a wire can break the gateway',
    test: 'RPC records and messages are read exactly as they are, whatever was done to them',
    count: records,
    planted: broken.length,
    caught: caught.length,
  });
}, 600_000);
