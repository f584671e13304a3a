import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import type { Port } from '../../ports/index.ts';
import { Session } from '../../sessions/index.ts';
import type { ClientProtocol } from '../../sessions/index.ts';
import type { Door, DoorStatus } from '../door.ts';

/** More clients at once are turned away. */
export const socketClientsMost = 128;
/** A client that leaves so many bytes unread is disconnected. */
export const socketUnreadBytesMost = 67_108_864;

export interface SocketDoorOptions {
  readonly name: string;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly tcpPort: number;
  readonly port: Port;
  readonly instrument: string;
  readonly protocol: ClientProtocol;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told of requests that failed, for the log. */
  readonly failed?: (owner: Owner, label: string, error: unknown) => void;
}

/** A raw socket to one instrument, as VISA's `TCPIP::host::port::SOCKET`. */
export class SocketDoor implements Door {
  readonly name: string;
  readonly #options: SocketDoorOptions;
  readonly #host: string;
  readonly #clock: Clock;
  readonly #clients = new Map<Socket, Session>();
  #server: Server | undefined;
  #tcpPort: number;
  #count = 0;

  constructor(options: SocketDoorOptions) {
    this.name = options.name;
    this.#options = options;
    this.#host = options.host ?? '127.0.0.1';
    this.#tcpPort = options.tcpPort;
    this.#clock = options.clock ?? systemClock;
  }

  async open(): Promise<void> {
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) =>
      this.#enter(socket),
    );
    server.maxConnections = socketClientsMost;
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject);
    server.listen(this.#options.tcpPort, this.#host, listening.resolve);
    try {
      await listening.promise;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      const why =
        code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${code})`;
      throw new SignalboxError(
        'LINK_COMMUNICATION',
        `${this.#host}:${this.#options.tcpPort} ${why}, so door ${this.name} cannot open`,
        { cause, nextStep: `See who has it with \`ss -ltnp\`, or choose another port for it.` },
      );
    }
    this.#server = server;
    this.#tcpPort = (server.address() as AddressInfo).port;
  }

  status(): DoorStatus {
    const { port, instrument } = this.#options;
    return {
      name: this.name,
      kind: 'socket',
      address: `TCPIP::${this.#host}::${this.#tcpPort}::SOCKET`,
      serves: { port: port.name, instrument },
      clients: Array.from(this.#clients.values(), ({ by }) => by),
    };
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#clients.keys()) socket.destroy();
    if (server !== undefined) {
      await new Promise((resolve) => {
        server.close(resolve);
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #enter(socket: Socket): void {
    const { port, protocol, failed } = this.#options;
    this.#count += 1;
    const from = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    const by: Owner = {
      id: `${this.name}-${this.#count}`,
      program: `a program at ${from}`,
      host: socket.remoteAddress ?? 'unknown',
      door: 'socket',
      sinceMs: this.#clock.now(),
    };
    const session = new Session({
      port,
      protocol,
      by,
      clock: this.#clock,
      answer: (data) => {
        socket.write(data);
        if (socket.writableLength > socketUnreadBytesMost) socket.destroy();
      },
      failed: (label, error) => failed?.(by, label, error),
    });
    this.#clients.set(socket, session);
    socket.on('data', (data: Uint8Array) => session.push(data));
    // A client that resets its connection has only gone.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      session[Symbol.dispose]();
      this.#clients.delete(socket);
    });
  }
}
