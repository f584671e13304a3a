import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Without a byte for so long, what is waited for does not come. */
const silenceMostMs = 20_000;

/** A program at a raw socket that takes only so many bytes as it wants. */
export class SlowClient implements Disposable {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // One that is cut off hears so by its reads.
    socket.on('error', () => {});
  }

  static async connect(tcpPort: number): Promise<SlowClient> {
    const socket = connect({ port: tcpPort, host: '127.0.0.1' });
    await once(socket, 'connect');
    return new SlowClient(socket);
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  /** The next bytes, so many and no more. */
  async read(bytes: number): Promise<Buffer> {
    return Buffer.concat(await Array.fromAsync(this.pieces(bytes)));
  }

  /** The same, as they come. */
  async *pieces(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      const waiting = this.#socket.readableLength;
      const piece = waiting === 0 ? null : (this.#socket.read(Math.min(left, waiting)) as Buffer);
      if (piece === null) {
        await once(this.#socket, 'readable', { signal: AbortSignal.timeout(silenceMostMs) });
        if (this.#socket.readableEnded) throw new Error(`${left} of ${bytes} bytes did not come`);
      } else {
        left -= piece.length;
        yield piece;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
