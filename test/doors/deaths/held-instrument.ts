import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A block of 32 MiB: longer than all that anybody on its way may hold. */
const blockPieces = 512;
const piece = Buffer.alloc(65_536, 'x');

/** An instrument on a socket that answers `HOLD?` when it is told to, and `CURV?` with 32 MiB. */
export class HeldInstrument implements AsyncDisposable {
  /** The lines that came whole. */
  readonly heard: string[] = [];
  /** All bytes that came. */
  bytes = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #held = Promise.withResolvers<void>();

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  static async open(): Promise<HeldInstrument> {
    const instrument = new HeldInstrument();
    instrument.#server.listen(0, '127.0.0.1');
    await once(instrument.#server, 'listening');
    return instrument;
  }

  get tcpPort(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** It answers what it was asked with `HOLD?`. */
  answerHeld(): void {
    this.#held.resolve();
    this.#held = Promise.withResolvers();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let text = '';
    let sending = Promise.resolve();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (data: Buffer) => {
      this.bytes += data.length;
      const lines = (text + data.toString('latin1')).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        this.heard.push(line);
        const held = this.#held.promise;
        sending = sending.then(async () => await this.#answer(socket, line, held));
      }
    });
  }

  async #answer(socket: Socket, line: string, held: Promise<void>): Promise<void> {
    if (line === 'HOLD?') await held;
    if (line === 'CURV?') {
      socket.write(`#8${blockPieces * piece.length}`);
      for (let sent = 0; sent < blockPieces && !socket.destroyed; sent += 1) {
        if (!socket.write(piece)) await drained(socket);
      }
      socket.write('\n');
    } else if (line.endsWith('?')) socket.write(`re ${line}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

async function drained(socket: Socket): Promise<void> {
  const either = new AbortController();
  const { signal } = either;
  const events = ['drain', 'close'].map(async (name) => await once(socket, name, { signal }));
  await Promise.race(events).catch(() => {});
  either.abort();
  await Promise.allSettled(events);
}
