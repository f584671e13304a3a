import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { SerialPort } from 'serialport';
import { serialLinkFactory } from '../src/links/index.ts';
import type { Link } from '../src/links/index.ts';
import { compareSides, figure, median, ratioAtLeast, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const rounds = 15;
const tripsEachRound = 1_000;
/** A ProPar request for one float, as an example of a small frame. */
const frame = Buffer.from('100203040421416041401003', 'hex');
const transferBytes = 8 * 2 ** 20;
const transfer = Buffer.alloc(transferBytes, frame);
/** What both write at once: more than a terminal takes. */
const pieceBytes = 2 ** 16;
const baudRate = 115_200;
const forever = new AbortController().signal;
const peerProgram = fileURLToPath(new URL('clients/terminal_peer.py', import.meta.url));

/** Our serial link and the npm package serialport, each on a terminal of its own with the same peer. */
const benchmark: Benchmark = {
  name: 'links',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using ours = await OurLine.open();
    await using rival = await LibraryLine.open();
    const comparison = { rounds, context };

    context.progress(`${tripsEachRound} round trips each in ${rounds} rounds`);
    const trips = await compareSides(
      {
        ours: async () => await tripMicroseconds(ours),
        rival: async () => await tripMicroseconds(rival),
      },
      comparison,
    );
    context.progress(`${transferBytes / 2 ** 20} MiB in, each in ${rounds} rounds`);
    const reads = await compareSides(
      { ours: async () => await readRate(ours), rival: async () => await readRate(rival) },
      comparison,
    );
    context.progress(`${transferBytes / 2 ** 20} MiB out, each in ${rounds} rounds`);
    const writes = await compareSides(
      { ours: async () => await writeRate(ours), rival: async () => await writeRate(rival) },
      comparison,
    );
    return [
      figure({
        name: 'serial line: round trip of 12 bytes, p50, beside serialport',
        ...trips,
        unit: 'µs',
        target: ratioAtMost(1),
      }),
      figure({
        name: 'serial line: large transfer in, beside serialport',
        ...reads,
        unit: 'MB/s',
        target: ratioAtLeast(1),
      }),
      figure({
        name: 'serial line: large transfer out, beside serialport',
        ...writes,
        unit: 'MB/s',
        target: ratioAtLeast(1),
      }),
    ];
  },
};

export default benchmark;

/** One way to use a serial line. */
interface Line {
  readonly peer: Peer;
  /** Resolves when the system has the bytes. */
  write(data: Uint8Array): Promise<void>;
  /** Waits until so many bytes more have come. */
  receive(bytes: number): Promise<void>;
}

async function tripMicroseconds(line: Line): Promise<number> {
  line.peer.tell(`echo ${frame.length * tripsEachRound}`);
  const times: number[] = [];
  for (let trip = 0; trip < tripsEachRound; trip += 1) {
    const startMs = performance.now();
    const received = line.receive(frame.length);
    await line.write(frame);
    await received;
    times.push((performance.now() - startMs) * 1_000);
  }
  return median(times);
}

async function readRate(line: Line): Promise<number> {
  const received = line.receive(transferBytes);
  const startMs = performance.now();
  line.peer.tell(`send ${transferBytes}`);
  await received;
  return megabytesPerSecond(performance.now() - startMs);
}

async function writeRate(line: Line): Promise<number> {
  line.peer.tell(`take ${transferBytes}`);
  const taken = line.receive(1);
  const startMs = performance.now();
  for (let at = 0; at < transferBytes; at += pieceBytes) {
    await line.write(transfer.subarray(at, at + pieceBytes));
  }
  await taken;
  return megabytesPerSecond(performance.now() - startMs);
}

function megabytesPerSecond(ms: number): number {
  return transferBytes / 1_000 / ms;
}

/** Our link, read as a port reads it: one read after the other. */
class OurLine implements Line, AsyncDisposable {
  readonly peer: Peer;
  readonly #link: Link;

  private constructor(peer: Peer, link: Link) {
    this.peer = peer;
    this.#link = link;
  }

  static async open(): Promise<OurLine> {
    const peer = await Peer.start();
    const link = serialLinkFactory({ path: peer.path, baudRate, backend: 'tty' }).create();
    await link.open(forever);
    return new OurLine(peer, link);
  }

  async write(data: Uint8Array): Promise<void> {
    await this.#link.write(data, { end: true, signal: forever });
  }

  async receive(bytes: number): Promise<void> {
    for (let left = bytes; left > 0;) left -= (await this.#link.read(forever)).data.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link.close();
    await this.peer[Symbol.asyncDispose]();
  }
}

/** The library as its documents say: `write` with a callback, and events. */
class LibraryLine implements Line, AsyncDisposable {
  readonly peer: Peer;
  readonly #port: SerialPort;
  #left = 0;
  #received: (() => void) | undefined;

  private constructor(peer: Peer, port: SerialPort) {
    this.peer = peer;
    this.#port = port;
    port.on('data', (data: Buffer) => {
      this.#left -= data.length;
      if (this.#left <= 0) this.#received?.();
    });
  }

  static async open(): Promise<LibraryLine> {
    // Not all machines have it; the names of the benchmarks are found without it.
    const library = await import('serialport');
    const peer = await Peer.start();
    const port = new library.SerialPort({ path: peer.path, baudRate, autoOpen: false });
    await promisify(port.open.bind(port))();
    return new LibraryLine(peer, port);
  }

  async write(data: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#port.write(data, (error) => (error == null ? resolve() : reject(error)));
    await promise;
  }

  async receive(bytes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#left = bytes;
    this.#received = resolve;
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await promisify(this.#port.close.bind(this.#port))();
    await this.peer[Symbol.asyncDispose]();
  }
}

/** The program at the other end, which runs beside this one. */
class Peer implements AsyncDisposable {
  readonly path: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, path: string) {
    this.#child = child;
    this.path = path;
  }

  static async start(): Promise<Peer> {
    const child = spawn('/usr/bin/python3', [peerProgram], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [path] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return new Peer(child, path);
  }

  tell(command: string): void {
    this.#child.stdin?.write(`${command}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }
}
