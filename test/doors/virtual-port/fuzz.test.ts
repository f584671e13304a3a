import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VirtualPortDoor } from '../../../src/doors/index.ts';
import type * as doorsRoom from '../../../src/doors/index.ts';
import type { ProparMode } from '../../../src/protocols/index.ts';
import { ClientJudge, hex } from '../../sessions/propar/fuzz/client-judge.ts';
import { ClientStream } from '../../sessions/propar/fuzz/client-stream.ts';
import { nodes } from '../../sessions/propar/fuzz/constants.ts';
import { bugs } from '../../sessions/propar/fuzz/planted-bugs.ts';
import { WireJudge } from '../../sessions/propar/fuzz/wire-judge.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { Terminal } from './terminal.ts';
import { VirtualBus } from './virtual-bus.ts';

const modes: readonly ProparMode[] = ['binary', 'ascii', 'binary', 'ascii'];
const framesABurst = 40;
/** Addresses that nobody has: each request to one takes its time, so there are few. */
const strangers = [1, 99, 127];
/** A good request whose answer has not come is asked again, as programs do. */
const patienceMs = 3_000;
const triesMost = 10;

/** A program at a virtual port that says anything, and after it another one. */
class Program implements Disposable {
  readonly stream: ClientStream;
  readonly #path: string;
  readonly #door: VirtualPortDoor;
  readonly #wireJudge: WireJudge;
  #judge = new ClientJudge();
  #terminal: Terminal;

  constructor(door: VirtualPortDoor, mode: ProparMode, random: () => number, judge: WireJudge) {
    this.#path = door.status().address;
    this.#door = door;
    this.#wireJudge = judge;
    this.stream = new ClientStream(random, mode, strangers);
    this.#terminal = new Terminal(this.#path);
  }

  /** Writes all of it, and hears what comes meanwhile. */
  async say(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length;) {
      const written = this.#terminal.write(data.subarray(at));
      this.#wireJudge.asked(this.#judge.said(data.subarray(at, at + written)));
      at += written;
      this.hear();
      await sleep(0);
    }
  }

  hear(): void {
    const data = this.#terminal.read();
    if (data.length > 0) this.#judge.heard(data);
  }

  /** The program ends once it was noticed, and when its end is noticed another one starts. */
  async restart(): Promise<void> {
    await expect.poll(() => this.#door.status().clients, { interval: 5 }).not.toEqual([]);
    this.#terminal[Symbol.dispose]();
    await expect.poll(() => this.#door.status().clients, { interval: 5 }).toEqual([]);
    this.#terminal = new Terminal(this.#path);
    this.#judge = new ClientJudge();
  }

  /** Asks for something until it is answered; everything before is answered then, or never will be. */
  async askGood(): Promise<void> {
    for (let tries = 0; tries < triesMost; tries += 1) {
      const { request, answer } = this.stream.goodRead();
      await this.say(this.stream.reset());
      await this.say(request);
      const untilMs = performance.now() + patienceMs;
      while (performance.now() < untilMs) {
        this.hear();
        if (hex(this.#judge.last) === hex(answer)) {
          this.#judge.rest();
          return;
        }
        await sleep(1);
      }
    }
    throw new Error(`${triesMost} good requests were not answered; seed ${seed}`);
  }

  [Symbol.dispose](): void {
    this.#terminal[Symbol.dispose]();
  }
}

/** Throws for what went wrong. */
async function checkPorts(Door: typeof VirtualPortDoor, frames: number): Promise<void> {
  const random = randomFrom(2);
  const wireJudge = new WireJudge();
  const names = modes.map((_, n) => `bus-${n}`);
  await using bus = await VirtualBus.open(names, { nodes, baudRate: 0, timeoutMs: 100, Door });
  using programs = new DisposableStack();
  const clients = bus.doors.map((door, n) =>
    programs.use(new Program(door, modes[n] ?? 'binary', random, wireJudge)),
  );
  for (let sent = 0; sent < frames; sent += clients.length * framesABurst) {
    const talks = clients.map(async (client) => {
      for (const piece of client.stream.cut(client.stream.frames(framesABurst))) {
        await client.say(piece);
        if (random() < 0.01) await client.restart();
      }
      await client.askGood();
    });
    // All of them end before the bus does, also when one has failed.
    const failed = (await Promise.allSettled(talks)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    const seen = await bus.simulator.transactions();
    expect(await bus.simulator.report()).toMatchObject({ transactions: seen.length, lost: 0 });
    wireJudge.saw(seen);
    wireJudge.rest();
    await bus.simulator.resetLog();
  }
}

const shown = [
  "a frame's answer is given to the next client",
  'an answer overtakes the one before it',
];

describe('random and mutated frames at real virtual ports', () => {
  let caught = 0;

  it.each(bugs.filter(({ bug }) => shown.includes(bug)))('show when $bug', async (mutant) => {
    using plantation = new Plantation();
    const room = await plantation.plant<typeof doorsRoom>('sessions', mutant, 'doors');
    await expect(checkPorts(room.VirtualPortDoor, 1_000)).rejects.toThrow('it heard');
    caught += 1;
  });

  it('harm neither the bus nor each other', async () => {
    const frames = count(20_000);
    await checkPorts(VirtualPortDoor, frames);
    recordProof({
      promise: 'No bytes of a client can break the gateway, or another client',
      test: 'random and mutated frames at real virtual ports harm neither the bus nor each other',
      count: frames,
      planted: shown.length,
      caught,
    });
  }, 900_000);
});
