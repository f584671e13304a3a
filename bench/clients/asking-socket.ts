import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const lineFeed = 10;

/**
 * Sends a request and waits until bytes come that end with a line feed, and does nothing else: of what is
 * measured as little as can be is its own, whatever protocol lies between.
 */
export class AskingSocket implements Disposable {
  readonly socket: Socket;
  readonly #endByte: number | 'any';
  #answered: (() => void) | undefined;

  /** @param endByte the last byte of each answer; `any` takes whatever comes as one. @default a line feed */
  constructor(socket: Socket, endByte: number | 'any' = lineFeed) {
    this.socket = socket;
    this.#endByte = endByte;
    socket.removeAllListeners('data');
    socket.on('data', (data: Buffer) => {
      if (this.#endByte === 'any' || data.at(-1) === this.#endByte) this.#answered?.();
    });
  }

  /** @param address `host:port` */
  static async connect(address: string): Promise<AskingSocket> {
    const [host = '', tcpPort] = address.split(':');
    const socket = connect({ host, port: Number(tcpPort), noDelay: true });
    await once(socket, 'connect');
    return new AskingSocket(socket);
  }

  async ask(request: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = resolve;
    this.socket.write(request);
    await promise;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
