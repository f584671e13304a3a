// Many WebSocket clients in one process, as cheap as they can be, so that what is measured is the
// server. Told by its parent what to do.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** So many connect at once: a server takes them in turns. */
const connectingMost = 100;

export interface Received {
  readonly deliveries: number;
  /** How many came within each tenth of a millisecond; none where they were only counted. */
  readonly bins: readonly number[];
}

export type Order =
  | { readonly connect: number; readonly port: number; readonly topics?: readonly string[] }
  /** From now on: whether each delivery is looked at for how late it is. */
  | { readonly count: { readonly isTimed: boolean } }
  /** The first so many read no more. */
  | { readonly stall: number }
  /** Answered once so many were received. */
  | { readonly await: number };

/** Of {@link Received.bins}: ten seconds; what is later is in the last one. */
const binsMost = 100_000;
const nanosecondsPerBin = 100_000;
const bufferBytes = 262_144;
/** `"at":"` and sixteen digits of nanoseconds, `"}}`. */
const stampDigits = 16;
const stampEnd = 3;

const sockets: Socket[] = [];
let isTimed = false;
let deliveries = 0;
let bins = new Uint32Array(binsMost);
let expected = Number.POSITIVE_INFINITY;
let answered: (() => void) | undefined;
/** One for all: what is read is looked at before the next is. */
const shared = Buffer.allocUnsafe(bufferBytes);

class Client {
  readonly opened: Promise<void>;
  readonly #socket: Socket;
  readonly #topics: readonly string[];
  readonly #resolve: () => void;
  #rest: Buffer | undefined;
  #state: 'answer' | 'subscribed' | 'open' = 'answer';

  constructor(port: number, topics: readonly string[]) {
    this.#topics = topics;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.opened = promise;
    this.#resolve = resolve;
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length) => {
          this.#take(shared.subarray(0, length));
          return true;
        },
      },
    });
    sockets.push(this.#socket);
    this.#socket.on('error', () => {});
    this.#socket.write(
      `GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
  }

  #take(data: Buffer): void {
    const all = this.#rest === undefined ? data : Buffer.concat([this.#rest, data]);
    this.#rest = undefined;
    let at = 0;
    if (this.#state === 'answer') {
      const end = all.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = Buffer.from(all);
        return;
      }
      at = end + 4;
      this.#state = 'subscribed';
      this.#socket.write(
        masked(0x81, JSON.stringify({ id: 1, type: 'subscribe', topics: this.#topics })),
      );
    }
    for (;;) {
      const left = all.length - at;
      if (left < 2) break;
      const short = (all[at + 1] as number) & 0x7f;
      const head = short < 126 ? 2 : 4;
      if (left < head) break;
      const length = short < 126 ? short : ((all[at + 2] as number) << 8) | (all[at + 3] as number);
      if (left < head + length) break;
      const opcode = (all[at] as number) & 0x0f;
      at += head + length;
      if (opcode === 1) this.#text(all, at);
      else if (opcode === 9) this.#socket.write(masked(0x8a, ''));
    }
    if (at < all.length) this.#rest = Buffer.from(all.subarray(at));
  }

  /** @param end where it ends */
  #text(all: Buffer, end: number): void {
    if (this.#state !== 'open') {
      // The answer to the subscription.
      this.#state = 'open';
      this.#resolve();
      return;
    }
    deliveries += 1;
    if (isTimed) {
      let madeAt = 0;
      const last = end - stampEnd;
      for (let digit = last - stampDigits; digit < last; digit += 1) {
        madeAt = madeAt * 10 + (all[digit] as number) - 48;
      }
      // CLOCK_MONOTONIC, which all processes share.
      const late = Number(process.hrtime.bigint()) - madeAt;
      const bin = Math.min(binsMost - 1, Math.floor(late / nanosecondsPerBin));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    if (deliveries >= expected) answered?.();
  }
}

function masked(first: number, text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

async function connectAll(count: number, port: number, topics: readonly string[]): Promise<void> {
  for (let done = 0; done < count; done += connectingMost) {
    const next = Array.from(
      { length: Math.min(connectingMost, count - done) },
      () => new Client(port, topics),
    );
    await Promise.all(next.map(async ({ opened }) => await opened));
  }
}

async function awaitAll(most: number): Promise<Received> {
  expected = most;
  if (deliveries < expected) {
    const { promise, resolve } = Promise.withResolvers<void>();
    answered = resolve;
    await promise;
  }
  answered = undefined;
  expected = Number.POSITIVE_INFINITY;
  return { deliveries, bins: [...bins.subarray(0, bins.findLastIndex((each) => each > 0) + 1)] };
}

process.on('message', (order: Order) => {
  void (async () => {
    if ('connect' in order) {
      await connectAll(order.connect, order.port, order.topics ?? ['bench']);
      process.send?.('connected');
    } else if ('count' in order) {
      ({ isTimed } = order.count);
      deliveries = 0;
      bins = new Uint32Array(binsMost);
      process.send?.('counting');
    } else if ('stall' in order) {
      for (const socket of sockets.slice(0, order.stall)) socket.pause();
      process.send?.('stalled');
    } else process.send?.(await awaitAll(order.await));
  })();
});
await once(process, 'disconnect');
for (const socket of sockets) socket.destroy();
