import { expect, it } from 'vitest';
import {
  answerRpc,
  concatenate,
  encodeRpcMessage,
  encodeXdr,
  decodeXdr,
  noAuth,
  parseRpcMessage,
  rpcService,
  vxi11Core,
} from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { RandomBytes } from '../random-bytes.ts';
import { brokenReaders, readReally } from './broken-readers.ts';
import type { LayoutReader } from './broken-readers.ts';
import { layouts, readLayout } from './layouts.ts';
import type { Item } from './layouts.ts';

const special = [0x00, 0x01, 0x02, 0x04, 0x08, 0x29, 0x80, 0xff];

function bytesOf(item: Item, random: RandomBytes): Uint8Array {
  if (typeof item === 'object') {
    // Now and then longer than a handle may be.
    const length = random.below(random.chance(0.2) ? 60 : 20);
    const fill = new Uint8Array((4 - (length % 4)) % 4);
    return concatenate([Uint8Array.of(0, 0, 0, length), random.bytes(length), fill]);
  }
  const isSmall = item === 'bool' || item === 'family';
  if (isSmall) return Uint8Array.of(0, 0, 0, random.below(2));
  return item === 'short' ? Uint8Array.of(0, 0, ...random.bytes(2)) : random.bytes(4);
}

/** Throws when arguments or results, most of them damaged, are read otherwise than word by word. */
function fuzz(read: LayoutReader, records: number, salt: number): void {
  const random = new RandomBytes(randomFrom(salt), special);
  for (let sent = 0; sent < records; sent += 1) {
    const layout = random.one(layouts);
    const good = concatenate(layout.items.map((item) => bytesOf(item, random)));
    const bytes = random.chance(0.7) ? random.mutate(good) : good;
    const expected = readLayout(bytes, layout.items)?.join(' ');
    const found = read(layout, bytes)?.join(' ');
    if (found !== expected) throw new Error(`${layout.what}: ${found}, and is ${expected}`);
    if (read !== readReally || expected === undefined) continue;
    const again = encodeXdr(layout.type, decodeXdr(layout.type, bytes));
    if (read(layout, again)?.join(' ') !== expected)
      throw new Error(`${layout.what}: not as it was`);
  }
}

/** A server that grants everything. */
const server = rpcService(
  vxi11Core,
  {
    createLink: () => ({ error: 0, linkId: 1, abortPort: 1_024, receiveBytesMost: 4_096 }),
    write: ({ data }) => ({ error: 0, size: data.length }),
    read: ({ requestBytes }) => ({
      error: 0,
      reason: { requestCount: false, terminator: false, end: true },
      data: new Uint8Array(Math.min(requestBytes, 64)),
    }),
    clear: () => ({ error: 0 }),
    destroyLink: () => ({ error: 0 }),
    createInterruptChannel: () => ({ error: 0 }),
  },
  (error) => {
    throw error;
  },
);

/** Throws when a server does not answer a call, or answers what is none, or not under its number. */
async function fuzzServer(calls: number, salt: number): Promise<void> {
  const random = new RandomBytes(randomFrom(salt), special);
  for (let sent = 0; sent < calls; sent += 1) {
    const layout = random.one(layouts);
    const good = encodeRpcMessage({
      kind: 'call',
      xid: random.below(0x1_0000_0000),
      program: random.chance(0.9) ? vxi11Core.program : random.below(400_000),
      version: 1,
      procedure: random.below(30),
      credential: noAuth,
      verifier: noAuth,
      args: concatenate(layout.items.map((item) => bytesOf(item, random))),
    });
    const message = random.chance(0.7) ? random.mutate(good) : good;
    const call = parseRpcMessage(message);
    const answer = await answerRpc([server], message);
    if (call.kind === 'call' || call.kind === 'foreign-version') {
      const reply = parseRpcMessage(answer ?? new Uint8Array());
      if (reply.kind !== 'reply' || reply.xid !== call.xid) throw new Error('no answer to a call');
    } else if (answer !== undefined) throw new Error('an answer to no call');
  }
}

it('VXI-11 calls and results are read exactly as they are, whatever was done to them', async () => {
  const records = count(1_000_000);
  expect(() => fuzz(readReally, records / 2, 0), `seed ${seed}`).not.toThrow();
  await fuzzServer(records / 2, 1);
  // The check takes a reader that is right, though it is another one.
  expect(() => fuzz(({ items }, bytes) => readLayout(bytes, items), 10_000, 2)).not.toThrow();
  const broken = Object.keys(brokenReaders);
  const caught = Object.entries(brokenReaders).filter(([, read], salt) => {
    try {
      fuzz(read, 10_000, salt);
      return false;
    } catch {
      return true;
    }
  });
  expect(
    caught.map(([fault]) => fault),
    `seed ${seed}`,
  ).toEqual(broken);
  recordProof({
    promise: 'No bytes on a wire can break the gateway',
    test: 'VXI-11 calls and results are read exactly as they are, whatever was done to them',
    count: records,
    planted: broken.length,
    caught: caught.length,
  });
}, 600_000);
