import type { Socket } from 'node:net';
import type { Owner } from '../../kernel/index.ts';
import { Session } from '../../sessions/index.ts';
import type { ClientOwner } from '../client-owner.ts';
import { socketOwner } from '../tcp/socket-owner.ts';
import type { TcpClient, TcpClientFacts } from '../tcp/tcp-clients.ts';

/**
 * When a client leaves so many bytes unread, nothing more is done for it until it has read them. So
 * it holds at most these and one more answer.
 */
export const socketUnreadBytesMost = 1_048_576;

/** One connection to a socket door. */
export class SocketClient implements TcpClient {
  readonly #socket: Socket;
  readonly #client: ClientOwner;
  readonly #session: Session;
  readonly #closed = Promise.withResolvers<void>();

  constructor(socket: Socket, facts: TcpClientFacts) {
    const { ownerId, port, protocol, clock, failed, gone } = facts;
    this.#socket = socket;
    this.#client = socketOwner(socket, { id: ownerId, door: 'socket' }, clock);
    const { owner } = this.#client;
    this.#session = new Session({
      port,
      protocol,
      by: owner,
      clock,
      client: {
        send: (data) => this.#send(data),
        hold: (isHeld) => void (isHeld ? socket.pause() : socket.resume()),
        failed: (label, error) => failed(owner, label, error),
      },
    });
    socket.on('data', (data: Uint8Array) => this.#session.push(data));
    socket.on('drain', () => this.#session.resume());
    socket.on('end', () => void this.#finish());
    // A client that resets its connection has only gone; `close` follows.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      gone();
      this.#client.leave();
      void this.#session.close().then(this.#closed.resolve);
    });
  }

  get owner(): Owner {
    return this.#client.owner;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#closed.promise;
  }

  #send(data: Uint8Array): boolean {
    this.#socket.write(data);
    return this.#socket.writableLength < socketUnreadBytesMost;
  }

  /** The client sends no more, but may still read. */
  async #finish(): Promise<void> {
    await this.#session.drain();
    this.#socket.end();
  }
}
