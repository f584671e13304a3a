import { createServer, isIP } from 'node:net';
import type { AddressInfo, DropArgument, Server, Socket } from 'node:net';
import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import { describeOpenProgram } from '../../links/index.ts';
import type { Port } from '../../ports/index.ts';
import type { ClientProtocol } from '../../sessions/index.ts';
import type { Door, DoorStatus } from '../door.ts';
import { listeningProgram } from '../tcp-programs.ts';
import { SocketClient } from './socket-client.ts';

/** More clients at once are turned away. */
export const socketClientsMost = 128;
/** A connection without traffic is probed after so long, so that a machine that vanished is noticed. */
export const keepAliveAfterMs = 30_000;

export interface SocketDoorOptions {
  readonly name: string;
  /**
   * Whoever can reach this address may use the instrument: a raw socket knows no tokens.
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly tcpPort: number;
  readonly port: Port;
  readonly instrument: string;
  readonly protocol: ClientProtocol;
  /** @default {@link socketClientsMost} */
  readonly clientsMost?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told of requests that failed, and of clients turned away, for the log. */
  readonly failed?: (owner: Owner, label: string, error: unknown) => void;
}

/** A raw socket to one instrument, as VISA's `TCPIP::host::port::SOCKET`. */
export class SocketDoor implements Door {
  readonly name: string;
  readonly #options: SocketDoorOptions;
  readonly #host: string;
  readonly #clock: Clock;
  readonly #clients = new Set<SocketClient>();
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
    const server = createServer({
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveAfterMs,
      // A client that has said all it wants to say still hears the answers.
      allowHalfOpen: true,
    });
    server.on('connection', (socket) => this.#enter(socket));
    server.on('drop', (dropped) => this.#turnAway(dropped));
    server.maxConnections = this.#options.clientsMost ?? socketClientsMost;
    const listening = Promise.withResolvers<void>();
    // Stays for good: a connection that cannot be accepted must not end the gateway.
    server.on('error', listening.reject);
    server.listen(this.#options.tcpPort, this.#host, listening.resolve);
    try {
      await listening.promise;
    } catch (cause) {
      throw await this.#openError(cause as NodeJS.ErrnoException);
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
      clients: Array.from(this.#clients, ({ owner }) => owner),
    };
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = Promise.withResolvers<void>();
    if (server === undefined) closed.resolve();
    else server.close(() => closed.resolve());
    await Promise.all(Array.from(this.#clients, async (client) => await client.close()));
    await closed.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #enter(socket: Socket): void {
    const { port, protocol, failed } = this.#options;
    this.#count += 1;
    const client = new SocketClient(socket, {
      ownerId: `${this.name}-${this.#count}`,
      port,
      protocol,
      clock: this.#clock,
      failed: (owner, label, error) => failed?.(owner, label, error),
      gone: () => void this.#clients.delete(client),
    });
    this.#clients.add(client);
  }

  #turnAway(dropped: DropArgument | undefined): void {
    const most = this.#server?.maxConnections;
    const owner: Owner = {
      id: `${this.name}-turned-away`,
      program: `a program at ${dropped?.remoteAddress ?? 'unknown'}:${dropped?.remotePort ?? 0}`,
      door: 'socket',
      sinceMs: this.#clock.now(),
    };
    const error = new SignalboxError(
      'QUEUE_FULL',
      `door ${this.name} has ${most} clients, the most allowed`,
      { details: { door: this.name, most } },
    );
    this.#options.failed?.(owner, 'a connection', error);
  }

  async #openError(cause: NodeJS.ErrnoException): Promise<SignalboxError> {
    const { tcpPort } = this.#options;
    const host = this.#host;
    const address = isIP(host) === 6 ? `[${host}]:${tcpPort}` : `${host}:${tcpPort}`;
    const isTaken = cause.code === 'EADDRINUSE';
    const holder = isTaken ? await listeningProgram({ address: host, tcpPort }) : undefined;
    const by = holder === undefined ? 'another program' : describeOpenProgram(holder);
    const why = isTaken ? `is held by ${by}` : `cannot be used (${cause.code ?? cause.message})`;
    return new SignalboxError(
      'LINK_COMMUNICATION',
      `${address} ${why}, so door ${this.name} cannot open`,
      {
        details: { address, door: this.name, ...(holder === undefined ? {} : { holder }) },
        cause,
        nextStep: isTaken
          ? 'Stop the program that holds it, or choose another TCP port for the door.'
          : 'Choose another address or TCP port for the door.',
      },
    );
  }
}
