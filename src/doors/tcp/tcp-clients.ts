import type { Socket } from 'node:net';
import { systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import type { Port } from '../../ports/index.ts';
import type { ClientProtocol } from '../../sessions/index.ts';
import { TcpListener } from './tcp-listener.ts';

/** What the doors have in common at which each connection is a session of its own. */
export interface TcpDoorOptions {
  readonly name: string;
  /** Whoever can reach this address may come in: these protocols know no tokens. @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly tcpPort: number;
  readonly port: Port;
  readonly protocol: ClientProtocol;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told of requests that failed, and of clients turned away, for the log. */
  readonly failed?: (owner: Owner, label: string, error: unknown) => void;
}

/** What one of its clients is made of. */
export interface TcpClientFacts {
  readonly ownerId: string;
  readonly port: Port;
  readonly protocol: ClientProtocol;
  readonly clock: Clock;
  readonly failed: (owner: Owner, label: string, error: unknown) => void;
  /** Told when its connection has ended. */
  readonly gone: () => void;
}

/** One program at such a door. */
export interface TcpClient {
  readonly owner: Owner;
  close(): Promise<void>;
}

export interface TcpClientsOptions<Client extends TcpClient> {
  /** `socket`, `rfc2217`. */
  readonly kind: string;
  /** More clients at once are turned away. */
  readonly clientsMost: number;
  /** Whether a client that has said all it wants to say still hears the answers. @default false */
  readonly allowHalfOpen?: boolean;
  readonly enter: (socket: Socket, facts: TcpClientFacts) => Client;
}

/** The listener of a door, and the programs that came in. */
export class TcpClients<Client extends TcpClient> {
  readonly #door: TcpDoorOptions;
  readonly #enterClient: TcpClientsOptions<Client>['enter'];
  readonly #listener: TcpListener;
  readonly #clock: Clock;
  readonly #clients = new Set<Client>();
  #count = 0;

  constructor(door: TcpDoorOptions, options: TcpClientsOptions<Client>) {
    const { name, host = '127.0.0.1', tcpPort, clock = systemClock } = door;
    const { kind, clientsMost, allowHalfOpen = false } = options;
    this.#door = door;
    this.#enterClient = options.enter;
    this.#clock = clock;
    this.#listener = new TcpListener({
      name,
      kind,
      host,
      tcpPort,
      connectionsMost: clientsMost,
      allowHalfOpen,
      clock,
      enter: (socket) => this.#enter(socket),
      failed: (owner, label, error) => door.failed?.(owner, label, error),
    });
  }

  get host(): string {
    return this.#listener.host;
  }

  /** The one that was taken, once it is open. */
  get tcpPort(): number {
    return this.#listener.tcpPort;
  }

  get owners(): Owner[] {
    return Array.from(this.#clients, ({ owner }) => owner);
  }

  /** @throws LINK_COMMUNICATION when its address is taken, with who holds it */
  async open(): Promise<void> {
    await this.#listener.open();
  }

  /** Lets nobody in any more, and ends those who are there. */
  async close(): Promise<void> {
    await this.#listener.close(
      async () =>
        await Promise.all(Array.from(this.#clients, async (client) => await client.close())),
    );
  }

  #enter(socket: Socket): void {
    const { name, port, protocol, failed } = this.#door;
    this.#count += 1;
    const client = this.#enterClient(socket, {
      ownerId: `${name}-${this.#count}`,
      port,
      protocol,
      clock: this.#clock,
      failed: (owner, label, error) => failed?.(owner, label, error),
      gone: () => void this.#clients.delete(client),
    });
    this.#clients.add(client);
  }
}
