import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeHislipData } from '../../src/protocols/index.ts';
import { HislipProgram } from '../doors/hislip/hislip-program.ts';
import { RpcCaller, Vxi11Program } from '../doors/vxi11/vxi11-program.ts';
import { count } from '../support/count.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { recordProof } from '../support/proof.ts';

/** A whole one has a gibibyte, or as much as the head of a block can say. IEEE 488.2, 7.7.6. */
const blockBytes = Math.min(count(1_073_741_824), 999_999_999);
const memoryMostMegabytes = 128;
const pieceBytes = 262_144;

/** Takes `DATA ` with a block and sends one for `BLOCK?`; knows what went through it. */
class BlockInstrument implements AsyncDisposable {
  readonly #server: Server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  #taken: Hash = createHash('sha256');
  #bytes = 0;
  #arrival = Promise.withResolvers<void>();

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** The digest of so many bytes that came, as soon as they have. */
  async digestOf(bytes: number): Promise<string> {
    while (this.#bytes < bytes) await this.#arrival.promise;
    const digest = this.#taken.digest('hex');
    this.#taken = createHash('sha256');
    this.#bytes = 0;
    return digest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data: Buffer) => {
      if (data.toString('latin1') === 'BLOCK?\n') {
        void send(socket);
        return;
      }
      this.#taken.update(data);
      this.#bytes += data.length;
      this.#arrival.resolve();
      this.#arrival = Promise.withResolvers<void>();
    });
  }
}

/** So that a piece in the wrong place shows. */
function piece(at: number): Buffer {
  const bytes = Buffer.alloc(Math.min(pieceBytes, blockBytes - at), (at / pieceBytes) % 251);
  bytes.writeUInt32BE(at >>> 0);
  return bytes;
}

const head = `#${String(blockBytes).length}${blockBytes}`;

async function send(socket: Socket): Promise<void> {
  socket.write(head);
  for (let at = 0; at < blockBytes; at += pieceBytes) {
    if (!socket.write(piece(at))) await once(socket, 'drain');
  }
  socket.write('\n');
}

function digestWith(before: string, after: string): string {
  const hash = createHash('sha256').update(before);
  for (let at = 0; at < blockBytes; at += pieceBytes) hash.update(piece(at));
  return hash.update(after).digest('hex');
}

/** Tens of thousands of calls; a busy machine is no failure. */
const longTest = { timeout: 900_000 };
const vxi11Port = 20_000 + (process.pid % 20_000);

describe('a block of up to a gibibyte', () => {
  const instrument = new BlockInstrument();
  let gateway: GatewayProcess;
  let hislipPort = 0;

  beforeAll(async () => {
    const tcpPort = await instrument.listen();
    gateway = await GatewayProcess.start(`
[hislip]
port = 0
[vxi11]
port = ${vxi11Port}
portmapper = false
[ports.scope]
tcp = "127.0.0.1:${tcpPort}"
protocol = "lines"
[instruments.scope]
port = "scope"
driver = "scpi"
timeoutMs = 60000
`);
    hislipPort = Number(/hislip0,(\d+)/.exec(gateway.address('scope-hislip'))?.[1]);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await instrument[Symbol.asyncDispose]();
  });

  /** How much more memory the gateway had at most while something was done, MB. */
  async function memoryOf(work: () => Promise<void>): Promise<number> {
    const before = await megabytes(gateway.pid, 'VmRSS');
    await writeFile(`/proc/${gateway.pid}/clear_refs`, '5');
    await work();
    return (await megabytes(gateway.pid, 'VmHWM')) - before;
  }

  it('comes through HiSLIP as it is, and is never held whole', async () => {
    using program = await HislipProgram.connect(hislipPort);
    const hash = createHash('sha256');
    const more = await memoryOf(async () => {
      program.write('BLOCK?\n');
      await program.take((bytes) => void hash.update(bytes));
    });
    expect(hash.digest('hex')).toBe(digestWith(head, '\n'));
    expect(more).toBeLessThan(memoryMostMegabytes);
    recordProof({
      promise: 'A block is never held whole: bytes of it',
      test: 'comes through HiSLIP as it is, and is never held whole',
      count: blockBytes,
      planted: 0,
      caught: 0,
    });
  });

  it('goes out through HiSLIP as it is, and is never held whole', async () => {
    using program = await HislipProgram.connect(hislipPort);
    const { socket } = program.synchronous;
    const before = `DATA ${head}`;
    const more = await memoryOf(async () => {
      const payloadBytes = before.length + blockBytes;
      const messageId = program.lastId + 2;
      socket.write(encodeHislipData({ isEnd: true, messageId, rmtDelivered: false, payloadBytes }));
      socket.write(before);
      for (let at = 0; at < blockBytes; at += pieceBytes) {
        if (!socket.write(piece(at))) await once(socket, 'drain');
      }
      expect(await instrument.digestOf(payloadBytes + 1)).toBe(digestWith(before, '\n'));
    });
    expect(more).toBeLessThan(memoryMostMegabytes);
  });

  it('goes out and comes back through VXI-11, and is never held whole', longTest, async () => {
    using program = await Vxi11Program.connect(
      vxi11Port,
      'inst0',
      await RpcCaller.connect(vxi11Port),
    );
    const before = `DATA ${head}`;
    const hash = createHash('sha256');
    const more = await memoryOf(async () => {
      await program.writeBytes(Buffer.from(before), false);
      for (let at = 0; at < blockBytes; at += pieceBytes) {
        expect(await program.writeBytes(piece(at), at + pieceBytes >= blockBytes)).toBe(0);
      }
      const sent = before.length + blockBytes + 1;
      expect(await instrument.digestOf(sent)).toBe(digestWith(before, '\n'));
      await program.write('BLOCK?');
      for (let isEnd = false; !isEnd;) {
        const { error, text, why } = await program.read({ ioTimeoutMs: 60_000 });
        expect(error).toBe(0);
        hash.update(Buffer.from(text, 'latin1'));
        isEnd = why.includes('end');
      }
    });
    expect(hash.digest('hex')).toBe(digestWith(head, '\n'));
    expect(more).toBeLessThan(memoryMostMegabytes);
  });
});

async function megabytes(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1_000;
}
