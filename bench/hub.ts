import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { Order, Received } from './clients/fan-out-clients.ts';
import { residentMegabytes } from './clients/process-facts.ts';
import { atMost, figure, median, noTarget, quantile, ratioAtLeast, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const serverProgram = fileURLToPath(new URL('clients/fan-out-server.ts', import.meta.url));
const clientsProgram = fileURLToPath(new URL('clients/fan-out-clients.ts', import.meta.url));
const subscribers = 1_000;
const stalledClients = 100;
const connectedClients = 10_000;
const burstMessages = 200;
const burstRounds = 5;
const pacedMessages = 300;
const pacedEveryMs = 10;
/** To all of so many clients a message is sent so often. */
const slowMessages = 5;
/** Until those that read nothing are cut off. */
const besideMessages = 1_200;
const besideRounds = 5;
const settleMs = 3_000;
/** Until what the kernel holds for those that read nothing is full. */
const fillsAtOnce = 5;
const fillEveryMs = 500;
const fillsMost = 10;
const slowEveryMs = 1_000;
const bytesPerMegabyte = 1_000_000;
/** What takes longer has got lost. */
const orderLongestMs = 60_000;
const messageBytes = 200;
/** As the clients count them. */
const binMs = 0.1;

type Side = 'hub' | 'ws';

/** A server, clients in another process, and what is published here: three processes. */
class FanOut implements AsyncDisposable {
  readonly #server: ChildProcess;
  readonly #clients: ChildProcess;
  readonly #feed: Socket;
  readonly #port: number;
  readonly #stalled: ChildProcess[] = [];
  #connected = 0;

  private constructor(server: ChildProcess, clients: ChildProcess, feed: Socket, port: number) {
    this.#server = server;
    this.#clients = clients;
    this.#feed = feed;
    this.#port = port;
  }

  static async open(side: Side): Promise<FanOut> {
    const server = fork(serverProgram, [side]);
    const clients = fork(clientsProgram);
    const [ports] = (await once(server, 'message')) as [{ port: number; feedPort: number }];
    const feed = connect({ port: ports.feedPort, host: '127.0.0.1', noDelay: true });
    await once(feed, 'connect');
    return new FanOut(server, clients, feed, ports.port);
  }

  /** Of the server, MB. */
  async memory(): Promise<number> {
    return await residentMegabytes(this.#server.pid ?? 0);
  }

  async connect(count: number): Promise<void> {
    await this.#order({ connect: count, port: this.#port });
    this.#connected += count;
  }

  /** So many more that read nothing, and whose connections are full. */
  async connectStalled(count: number): Promise<void> {
    const stalled = fork(clientsProgram);
    this.#stalled.push(stalled);
    await orderOf(stalled, { connect: count, port: this.#port, topics: ['bench', 'filler'] });
    await orderOf(stalled, { stall: count });
    for (let fills = 0; (await this.stalled()).behind < count; fills += 1) {
      if (fills > fillsMost) throw new Error('those that read nothing still take what they get');
      this.#feed.write('!\n'.repeat(fillsAtOnce));
      await pause(fillEveryMs);
    }
  }

  /** The kernel lets go of what it held for them. */
  endStalled(): void {
    for (const each of this.#stalled.splice(0)) each.kill();
  }

  /** How many clients the hub has, and how many of them are behind. */
  async stalled(): Promise<{ readonly behind: number; readonly connected: number }> {
    const answered = once(this.#server, 'message');
    this.#server.send('stalled');
    return ((await answered) as [{ behind: number; connected: number }])[0];
  }

  /** As fast as it goes. @returns how many messages came to clients each second */
  async burst(messages: number): Promise<number> {
    await this.#order({ count: { isTimed: false } });
    const beganMs = performance.now();
    this.#feed.write(Array.from({ length: messages }, message).join(''));
    const { deliveries } = await this.#await(messages);
    return (deliveries * 1_000) / (performance.now() - beganMs);
  }

  /** @returns how long they took from here to a client */
  async paced(messages: number, everyMs: number): Promise<Received['bins']> {
    await this.#order({ count: { isTimed: true } });
    const beganMs = performance.now();
    for (let sent = 0; sent < messages; sent += 1) {
      const dueMs = beganMs + sent * everyMs - performance.now();
      if (dueMs > 0) await pause(dueMs);
      this.#feed.write(message());
    }
    return (await this.#await(messages)).bins;
  }

  async #await(messages: number): Promise<Received> {
    return (await this.#order({ await: messages * this.#connected })) as Received;
  }

  async #order(order: Order): Promise<unknown> {
    return await orderOf(this.#clients, order);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#feed.destroy();
    this.endStalled();
    const ended = [this.#clients, this.#server].map(async (each) => await once(each, 'exit'));
    this.#clients.disconnect();
    await ended[0];
    this.#server.kill();
    await ended[1];
  }
}

async function orderOf(clients: ChildProcess, order: Order): Promise<unknown> {
  const signal = AbortSignal.timeout(orderLongestMs);
  const answered = once(clients, 'message', { signal });
  clients.send(order);
  return ((await answered) as [unknown])[0];
}

/** What a hub passes on each second beside a plain broadcast of `ws`, how late, and to how many. */
const benchmark: Benchmark = {
  name: 'hub',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    const { ours, rival } = await compared(context);
    const beside = await besideStalled(context);
    const many = await manyClients(context);
    return [
      figure({
        name: `hub: ${burstMessages} messages at once to ${subscribers} subscribers`,
        ours: quantile(ours.rates, 0.5),
        rival: quantile(rival.rates, 0.5),
        unit: 'deliveries/s',
        target: ratioAtLeast(4),
      }),
      figure({
        name: `hub: ${1_000 / pacedEveryMs} updates/s to ${subscribers} subscribers, p50`,
        ours: late(ours.bins, 0.5),
        rival: late(rival.bins, 0.5),
        unit: 'ms',
        target: noTarget,
      }),
      figure({
        name: `hub: ${1_000 / pacedEveryMs} updates/s to ${subscribers} subscribers, p99`,
        ours: late(ours.bins, 0.99),
        rival: late(rival.bins, 0.99),
        unit: 'ms',
        target: atMost(50),
      }),
      figure({
        name: `hub: the same for ${subscribers - stalledClients}, beside ${stalledClients} that read nothing, as against without them`,
        ours: beside.withStalled,
        rival: beside.without,
        unit: 'ms',
        target: ratioAtMost(1.2),
      }),
      figure({
        name: `hub: memory of each of ${connectedClients} connected clients`,
        ours: many.kilobytesEach,
        unit: 'kB',
        target: noTarget,
      }),
      figure({
        name: `hub: one update a second to ${connectedClients} clients, p99`,
        ours: many.p99Ms,
        unit: 'ms',
        target: noTarget,
      }),
    ];
  },
};

export default benchmark;

interface Measured {
  readonly rates: number[];
  readonly bins: number[];
}

async function compared(
  context: BenchContext,
): Promise<{ readonly ours: Measured; readonly rival: Measured }> {
  await using hub = await FanOut.open('hub');
  await using ws = await FanOut.open('ws');
  const sides = [
    { fanOut: hub, name: 'hub', measured: { rates: [], bins: [] } as Measured },
    { fanOut: ws, name: 'ws', measured: { rates: [], bins: [] } as Measured },
  ] as const;
  for (const { fanOut, name } of sides) {
    context.progress(`${subscribers} subscribers at ${name}`);
    await fanOut.connect(subscribers);
    await fanOut.burst(burstMessages);
  }
  for (let round = 0; round < burstRounds && !context.signal.aborted; round += 1) {
    const order = context.random() < 0.5 ? sides : sides.toReversed();
    context.progress(`round ${round + 1} of ${burstRounds}`);
    for (const { fanOut, measured } of order) {
      measured.rates.push(await fanOut.burst(burstMessages));
      for (const [bin, count] of (await fanOut.paced(pacedMessages, pacedEveryMs)).entries()) {
        measured.bins[bin] = (measured.bins[bin] ?? 0) + count;
      }
    }
  }
  return { ours: sides[0].measured, rival: sides[1].measured };
}

/** The p99 of healthy clients, by turns without others and while those read nothing and are cut off. */
async function besideStalled(
  context: BenchContext,
): Promise<{ readonly without: number; readonly withStalled: number }> {
  await using fanOut = await FanOut.open('hub');
  const healthy = subscribers - stalledClients;
  await fanOut.connect(healthy);
  await fanOut.burst(burstMessages);
  const p99 = async (): Promise<number> =>
    late(await fanOut.paced(besideMessages, pacedEveryMs), 0.99);
  const all: Record<'without' | 'withStalled', number[]> = { without: [], withStalled: [] };
  for (let round = 0; round < besideRounds && !context.signal.aborted; round += 1) {
    context.progress(`${stalledClients} that read nothing, round ${round + 1} of ${besideRounds}`);
    all.without.push(await p99());
    await fanOut.connectStalled(stalledClients);
    // That hundreds of megabytes were copied into the kernel to fill them is not what is asked for.
    await pause(settleMs);
    all.withStalled.push(await p99());
    const { connected } = await fanOut.stalled();
    if (connected > healthy) throw new Error(`${connected - healthy} were not cut off`);
    fanOut.endStalled();
    await pause(settleMs);
  }
  return { without: median(all.without), withStalled: median(all.withStalled) };
}

async function manyClients(
  context: BenchContext,
): Promise<{ readonly kilobytesEach: number; readonly p99Ms: number }> {
  await using fanOut = await FanOut.open('hub');
  const before = await fanOut.memory();
  context.progress(`${connectedClients} clients`);
  await fanOut.connect(connectedClients);
  const bins = await fanOut.paced(slowMessages, slowEveryMs);
  const after = await fanOut.memory();
  return {
    kilobytesEach: ((after - before) * bytesPerMegabyte) / connectedClients / 1_000,
    p99Ms: late(bins, 0.99),
  };
}

/** After how long so large a share of all deliveries had come, ms. */
function late(bins: readonly number[], share: number): number {
  let left = share * bins.reduce((sum, each) => sum + each, 0);
  const bin = bins.findIndex((each) => {
    left -= each;
    return left <= 0;
  });
  return (bin + 1) * binMs;
}

/** A line of {@link messageBytes} bytes that ends with when it was made. */
function message(): string {
  const end = `","at":"${String(process.hrtime.bigint()).padStart(16, '0')}"}\n`;
  return `{"text":"${'x'.repeat(messageBytes - end.length - 9)}${end}`;
}
