import type { Socket } from 'node:net';
import { systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import type { Port } from '../../ports/index.ts';
import type { ClientProtocol } from '../../sessions/index.ts';
import type { Door, DoorStatus } from '../door.ts';
import { TcpListener } from '../tcp/tcp-listener.ts';
import { Rfc2217Client } from './rfc2217-client.ts';
import type { LineSettings } from './virtual-line.ts';

/** More clients at once are turned away. */
export const rfc2217ClientsMost = 128;

export interface Rfc2217DoorOptions {
  readonly name: string;
  /** Whoever can reach this address may use the port: RFC 2217 knows no tokens. @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly tcpPort: number;
  readonly port: Port;
  readonly protocol: ClientProtocol;
  /** What clients are told that the line has. */
  readonly settings: LineSettings;
  /**
   * Whether clients may set DTR, RTS and break of the wire, for all who use it.
   * @default false: each is told what it set, and the wire stays as it is
   */
  readonly hasLineControl?: boolean;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told of requests that failed, and of clients turned away, for the log. */
  readonly failed?: (owner: Owner, label: string, error: unknown) => void;
}

/**
 * A serial port over the network, as pyserial's `rfc2217://host:port`: for any number of programs at
 * a time, whose bytes are cut into requests as at a virtual serial port. RFC 2217.
 */
export class Rfc2217Door implements Door {
  readonly name: string;
  readonly #options: Rfc2217DoorOptions;
  readonly #clock: Clock;
  readonly #listener: TcpListener;
  readonly #clients = new Set<Rfc2217Client>();
  #count = 0;

  constructor(options: Rfc2217DoorOptions) {
    const { name, host = '127.0.0.1', tcpPort, clock = systemClock } = options;
    this.name = name;
    this.#options = options;
    this.#clock = clock;
    this.#listener = new TcpListener({
      name,
      kind: 'rfc2217',
      host,
      tcpPort,
      connectionsMost: rfc2217ClientsMost,
      clock,
      enter: (socket) => this.#enter(socket),
      failed: (owner, label, error) => options.failed?.(owner, label, error),
    });
  }

  async open(): Promise<void> {
    await this.#listener.open();
  }

  status(): DoorStatus {
    const { host, tcpPort } = this.#listener;
    return {
      name: this.name,
      kind: 'rfc2217',
      address: `rfc2217://${host}:${tcpPort}`,
      serves: { port: this.#options.port.name },
      clients: Array.from(this.#clients, ({ owner }) => owner),
    };
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
    const { port, protocol, settings, hasLineControl = false, failed } = this.#options;
    this.#count += 1;
    const client = new Rfc2217Client(socket, {
      ownerId: `${this.name}-${this.#count}`,
      port,
      protocol,
      settings,
      hasLineControl,
      clock: this.#clock,
      failed: (owner, label, error) => failed?.(owner, label, error),
      gone: () => void this.#clients.delete(client),
    });
    this.#clients.add(client);
  }
}
