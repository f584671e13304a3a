import type { Socket } from 'node:net';
import { systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import type { Port } from '../../ports/index.ts';
import type { ClientProtocol } from '../../sessions/index.ts';
import type { Door, DoorOffer, DoorStatus } from '../door.ts';
import { TcpListener } from '../tcp/tcp-listener.ts';
import { SocketClient } from './socket-client.ts';

/** More clients at once are turned away. */
export const socketClientsMost = 128;

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
  /** What programs of other machines look for: `_scpi-raw._tcp`. @default nothing, so that none finds it */
  readonly serviceType?: string;
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
  readonly #clock: Clock;
  readonly #listener: TcpListener;
  readonly #clients = new Set<SocketClient>();
  #count = 0;

  constructor(options: SocketDoorOptions) {
    const { name, host = '127.0.0.1', tcpPort, clientsMost, clock = systemClock } = options;
    this.name = name;
    this.#options = options;
    this.#clock = clock;
    this.#listener = new TcpListener({
      name,
      kind: 'socket',
      host,
      tcpPort,
      connectionsMost: clientsMost ?? socketClientsMost,
      // A client that has said all it wants to say still hears the answers.
      allowHalfOpen: true,
      clock,
      enter: (socket) => this.#enter(socket),
      failed: (owner, label, error) => options.failed?.(owner, label, error),
    });
  }

  async open(): Promise<void> {
    await this.#listener.open();
  }

  status(): DoorStatus {
    const { port, instrument } = this.#options;
    const { host, tcpPort } = this.#listener;
    return {
      name: this.name,
      kind: 'socket',
      address: `TCPIP::${host}::${tcpPort}::SOCKET`,
      serves: { port: port.name, instrument },
      clients: Array.from(this.#clients, ({ owner }) => owner),
    };
  }

  offer(): DoorOffer | undefined {
    const { serviceType } = this.#options;
    const { host, tcpPort } = this.#listener;
    return serviceType === undefined ? undefined : { types: [serviceType], host, tcpPort };
  }

  async close(): Promise<void> {
    await this.#listener.close(
      async () =>
        await Promise.all(Array.from(this.#clients, async (client) => await client.close())),
    );
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
}
