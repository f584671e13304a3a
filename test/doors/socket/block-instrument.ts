import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** What it answers a line with: pieces that it sends one after the other. */
export type BlockAnswers = Readonly<Record<string, () => Iterable<Uint8Array>>>;

/** An instrument on a socket of its own that sends what it is asked for, however long. */
export class BlockInstrument implements AsyncDisposable {
  /** The lines that came. */
  readonly asked: string[] = [];
  readonly #answers: BlockAnswers;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answers: BlockAnswers) {
    this.#answers = answers;
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  static async open(answers: BlockAnswers): Promise<BlockInstrument> {
    const instrument = new BlockInstrument(answers);
    instrument.#server.listen(0, '127.0.0.1');
    await once(instrument.#server, 'listening');
    return instrument;
  }

  get tcpPort(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let text = '';
    let sending = Promise.resolve();
    const gone = new AbortController();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      gone.abort();
    });
    socket.on('data', (data: Buffer) => {
      const lines = (text + data.toString('latin1')).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        this.asked.push(line);
        sending = sending.then(
          async () => await send(socket, this.#answers[line]?.() ?? [], gone.signal),
        );
      }
    });
  }
}

/** Until all is sent or the connection has gone. */
async function send(
  socket: Socket,
  pieces: Iterable<Uint8Array>,
  gone: AbortSignal,
): Promise<void> {
  for (const piece of pieces) {
    if (gone.aborted) return;
    if (socket.write(piece)) continue;
    await once(socket, 'drain', { signal: gone }).catch(() => {});
  }
}
