import type { Socket } from 'node:net';
import type { Clock, Owner } from '../../kernel/index.ts';
import type { Port } from '../../ports/index.ts';
import { Session } from '../../sessions/index.ts';
import type { ClientProtocol } from '../../sessions/index.ts';
import type { ClientOwner } from '../client-owner.ts';
import { socketOwner } from '../tcp/socket-owner.ts';

/**
 * When a client leaves so many bytes unread, nothing more is done for it until it has read them. So
 * it holds at most these and one more answer.
 */
export const socketUnreadBytesMost = 1_048_576;

export interface SocketClientOptions {
  readonly ownerId: string;
  readonly port: Port;
  readonly protocol: ClientProtocol;
  readonly clock: Clock;
  readonly failed: (owner: Owner, label: string, error: unknown) => void;
  /** Told when its connection has ended. */
  readonly gone: () => void;
}

/** One connection to a socket door. */
export class SocketClient {
  readonly #socket: Socket;
  readonly #client: ClientOwner;
  readonly #session: Session;
  readonly #closed = Promise.withResolvers<void>();

  constructor(socket: Socket, options: SocketClientOptions) {
    const { ownerId, port, protocol, clock, failed, gone } = options;
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
