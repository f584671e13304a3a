import { createHash } from 'node:crypto';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { SocketDoor, socketUnreadBytesMost } from '../../../src/doors/index.ts';
import type * as doorsRoom from '../../../src/doors/index.ts';
import { ScpiDriver } from '../../../src/instruments/index.ts';
import { receivedBytesMost, tcpLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { blockHeader, responseLengthMost } from '../../../src/protocols/index.ts';
import { linesProtocol } from '../../../src/sessions/index.ts';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { BlockInstrument } from './block-instrument.ts';
import { LineClient, tcpPortOf } from './line-client.ts';
import { SlowClient } from './slow-client.ts';

const blockBytes = 16_777_216;
const pieceBytes = 65_536;
const lineFeed = Buffer.from('\n');

/** Any bytes, also line feeds, quotes and question marks. */
function randomBlock(): Buffer {
  const random = randomFrom(5);
  const data = Buffer.alloc(blockBytes);
  for (let at = 0; at < data.length; at += 4) data.writeUInt32LE(random() * 2 ** 32, at);
  return data;
}

const block = randomBlock();
const wholeAnswer = [Buffer.from(blockHeader(block.length)), block, lineFeed];
const filling = Buffer.alloc(pieceBytes, 0x41);

function* repeated(head: string, bytes: number): Generator<Uint8Array> {
  yield Buffer.from(head);
  for (let sent = 0; sent < bytes; sent += filling.length) yield filling;
  yield lineFeed;
}

const answers = {
  'CURV?': () => wholeAnswer,
  '*IDN?': () => [Buffer.from('BLOCK,SIM,1,1.0\n')],
  // A block that says how long it is, and one that does not.
  'HUGE?': () => repeated(`#8${responseLengthMost + 1}`, responseLengthMost),
  'ENDLESS?': () => repeated('#0', 2 * responseLengthMost),
};

interface Failure {
  readonly label: string;
  readonly error: unknown;
}

/** The instrument with a port and a socket door, each really on a socket. */
class BlockBench implements AsyncDisposable {
  readonly instrument: BlockInstrument;
  readonly port: Port;
  readonly door: SocketDoor;
  readonly failures: Failure[] = [];

  private constructor(instrument: BlockInstrument, Door: typeof SocketDoor) {
    this.instrument = instrument;
    this.port = new Port({
      name: 'scope',
      link: tcpLinkFactory({ host: '127.0.0.1', port: instrument.tcpPort }),
    });
    this.door = new Door({
      name: 'scope-socket',
      tcpPort: 0,
      port: this.port,
      instrument: 'scope',
      protocol: linesProtocol(new ScpiDriver({ parameters: [], timeoutMs: 60_000 })),
      failed: (_owner, label, error) => void this.failures.push({ label, error }),
    });
  }

  static async open(Door: typeof SocketDoor = SocketDoor): Promise<BlockBench> {
    const bench = new BlockBench(await BlockInstrument.open(answers), Door);
    bench.port.open();
    await bench.door.open();
    return bench;
  }

  async client(): Promise<LineClient> {
    return await LineClient.connect(tcpPortOf(this.door));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.door.close();
    await this.port.close();
    await this.instrument[Symbol.asyncDispose]();
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How much is held, when what nobody holds any more is taken away. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

/** The digest of bytes that nobody keeps. */
async function digest(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** With a turn of the event loop after each piece, so that it does not come at once. */
async function* inTurn(
  ...streams: readonly (AsyncIterable<Uint8Array> | Iterable<Uint8Array>)[]
): AsyncGenerator<Uint8Array> {
  for (const stream of streams) {
    for await (const piece of stream) {
      yield piece;
      await turnOfLoop();
    }
  }
}

const wholeDigest = await digest(wholeAnswer);
const wholeBytes = Buffer.concat(wholeAnswer).length;
const asksOfOther = 20;
const asksOfGreedy = 4;

/** Another client's questions are answered while somebody reads slowly, or not at all. */
async function askAsOther(bench: BlockBench): Promise<void> {
  using other = await bench.client();
  for (let n = 0; n < asksOfOther; n += 1) expect(await other.ask('*IDN?')).toBe('BLOCK,SIM,1,1.0');
}

/** A client that asks for much and reads nothing makes the door hold one long answer and no more. */
async function checkGreedy(Door: typeof SocketDoor): Promise<void> {
  await using bench = await BlockBench.open(Door);
  using greedy = await SlowClient.connect(tcpPortOf(bench.door));
  const before = heldBytes();
  greedy.say('CURV?\n'.repeat(asksOfGreedy));
  await askAsOther(bench);
  const served = (): number => bench.instrument.asked.filter((line) => line === 'CURV?').length;
  expect(served()).toBe(1);
  const bounds = socketUnreadBytesMost + receivedBytesMost;
  await expect.poll(() => heldBytes() - before).toBeLessThan(wholeBytes + bounds);
  // It reads after all, and gets everything.
  for (let n = 0; n < asksOfGreedy; n += 1) {
    expect(await digest(greedy.pieces(wholeBytes))).toBe(wholeDigest);
    // The one that is on its way to it, and the next as it comes and as a whole.
    await expect.poll(() => heldBytes() - before).toBeLessThan(2 * wholeBytes + bounds);
  }
  expect(served()).toBe(asksOfGreedy);
}

describe('a long answer at a socket door', () => {
  it('arrives whole and unchanged at a client that reads slowly, and keeps nobody from theirs', async () => {
    await using bench = await BlockBench.open();
    using slow = await SlowClient.connect(tcpPortOf(bench.door));
    slow.say('CURV?\n');
    const first = await slow.read(pieceBytes);
    await askAsOther(bench);
    const rest = slow.pieces(wholeBytes - first.length);
    expect(await digest(inTurn([first], rest))).toBe(wholeDigest);
    slow.say('*IDN?\n');
    expect((await slow.read(16)).toString()).toBe('BLOCK,SIM,1,1.0\n');
    expect(bench.failures).toEqual([]);
  });

  it('is held once for a client that does not read, however many it asks for', async () => {
    await checkGreedy(SocketDoor);
    using plantation = new Plantation();
    const broken = await plantation.plant<typeof doorsRoom>('doors', {
      bug: 'what a client leaves unread has no bound',
      file: 'socket/socket-client.ts',
      find: 'return this.#socket.writableLength < socketUnreadBytesMost;',
      replace: 'return true;',
    });
    await expect(checkGreedy(broken.SocketDoor)).rejects.toThrow('to be 1');
    recordProof({
      promise: 'Every queue and buffer has a bound',
      test: 'a long answer at a socket door is held once for a client that does not read',
      count: 1,
      planted: 1,
      caught: 1,
    });
  });

  it.each(['HUGE?', 'ENDLESS?'])(
    'is refused as a whole when it is longer than the longest (%s), and the next is right',
    async (question) => {
      await using bench = await BlockBench.open();
      using client = await bench.client();
      let most = 0;
      const before = heldBytes();
      const sampler = setInterval(() => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }, 1);
      using _end = { [Symbol.dispose]: () => clearInterval(sampler) };
      expect(await client.ask(`${question}\n*IDN?`)).toBe('BLOCK,SIM,1,1.0');
      expect(bench.failures).toMatchObject([
        {
          label: question,
          error: {
            code: 'REPLY_MALFORMED',
            message: `malformed reply: a response longer than ${responseLengthMost} bytes`,
          },
        },
      ]);
      // As much again may be garbage that is not yet taken away.
      expect(most).toBeLessThan(1.5 * responseLengthMost);
      await askAsOther(bench);
    },
  );
});
