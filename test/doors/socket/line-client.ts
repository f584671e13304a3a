import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { SocketDoor } from '../../../src/doors/index.ts';

/** The TCP port in `TCPIP::127.0.0.1::5025::SOCKET`. */
export function tcpPortOf(door: SocketDoor): number {
  return Number(door.status().address.split('::')[2]);
}

/** A program at a raw socket. */
export class LineClient implements Disposable {
  readonly socket: Socket;
  #received = '';
  #waiting: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => {
      this.#received += data.toString('latin1');
      this.#waiting?.();
    });
    // A test that breaks the connection looks at `close`.
    socket.on('error', () => {});
  }

  static async connect(tcpPort: number, allowHalfOpen = false): Promise<LineClient> {
    const socket = connect({ port: tcpPort, host: '127.0.0.1', allowHalfOpen });
    await once(socket, 'connect');
    return new LineClient(socket);
  }

  get received(): string {
    return this.#received;
  }

  /** Sends a line and waits for one. */
  async ask(line: string): Promise<string> {
    this.socket.write(`${line}\n`);
    return await this.next();
  }

  /** The next line that comes. */
  async next(): Promise<string> {
    while (!this.#received.includes('\n')) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = resolve;
      await promise;
    }
    const at = this.#received.indexOf('\n');
    const line = this.#received.slice(0, at);
    this.#received = this.#received.slice(at + 1);
    return line;
  }
  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
