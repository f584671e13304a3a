import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { SignalboxError } from '../../kernel/index.ts';
import { Cable } from './cable.ts';
import type { Outlet, Serve } from './outlet.ts';

const host = '127.0.0.1';
/** A further client is turned away. */
export const tcpClientsMost = 64;
/** A client that leaves so many bytes unread is cut off. */
export const unsentBytesMost = 4_194_304;

export interface TcpOutletOptions {
  /** On loopback; 0 takes a free one. */
  readonly tcpPort: number;
  /** Whether a second client is turned away, as many instruments do. @default false */
  readonly isSingle?: boolean;
}

/** A raw socket on the loopback interface. */
export class TcpOutlet implements Outlet {
  readonly #serve: Serve;
  readonly #clientsMost: number;
  readonly #sockets = new Set<Socket>();
  readonly #cable: Cable;
  #port: number;
  #server: Server | undefined;

  private constructor({ tcpPort, isSingle = false }: TcpOutletOptions, serve: Serve) {
    this.#port = tcpPort;
    this.#clientsMost = isSingle ? 1 : tcpClientsMost;
    this.#serve = serve;
    this.#cable = new Cable({
      plug: async () => await this.#listen(),
      pull: async () => await this.#hangUp(),
    });
  }

  /** @throws LINK_COMMUNICATION when the port is taken */
  static async open(options: TcpOutletOptions, serve: Serve): Promise<TcpOutlet> {
    const outlet = new TcpOutlet(options, serve);
    try {
      await outlet.#cable.plug();
    } catch (cause) {
      const message = `a simulator cannot listen at ${host}:${options.tcpPort}`;
      throw new SignalboxError('LINK_COMMUNICATION', message, { cause });
    }
    return outlet;
  }

  get address(): string {
    return `${host}:${this.#port}`;
  }

  unplug(backAfterMs: number): void {
    this.#cable.unplug(backAfterMs);
  }

  async #listen(): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject);
    server.listen(this.#port, host, listening.resolve);
    await listening.promise;
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  #accept(socket: Socket): void {
    // A client that resets its connection has only gone.
    socket.on('error', () => socket.destroy());
    if (this.#sockets.size >= this.#clientsMost) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const user = this.#serve({ write: (data) => send(socket, data) });
    socket.on('data', (data: Uint8Array) => user.receive(data));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      user.closed();
    });
  }

  async #hangUp(): Promise<void> {
    // Not by a reset: one whose client has gone at the same moment would never be closed.
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    this.#server = undefined;
    await new Promise<void>((resolve) => {
      if (server === undefined) resolve();
      else server.close(() => resolve());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cable[Symbol.asyncDispose]();
  }
}

function send(socket: Socket, data: Uint8Array): void {
  if (socket.destroyed) return;
  if (socket.writableLength > unsentBytesMost) socket.destroy();
  else socket.write(data);
}
