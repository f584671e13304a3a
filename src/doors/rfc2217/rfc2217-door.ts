import type { Door, DoorStatus } from '../door.ts';
import { TcpClients } from '../tcp/tcp-clients.ts';
import type { TcpDoorOptions } from '../tcp/tcp-clients.ts';
import { typedHost } from '../tcp/typed-host.ts';
import { Rfc2217Client } from './rfc2217-client.ts';
import type { LineSettings } from './virtual-line.ts';

/** More clients at once are turned away. */
export const rfc2217ClientsMost = 128;

export interface Rfc2217DoorOptions extends TcpDoorOptions {
  /** What clients are told that the line has. */
  readonly settings: LineSettings;
  /**
   * Whether clients may set DTR, RTS and break of the wire, for all who use it.
   * @default false: each is told what it set, and the wire stays as it is
   */
  readonly hasLineControl?: boolean;
}

/**
 * A serial port over the network, as pyserial's `rfc2217://host:port`: for any number of programs at
 * a time, whose bytes are cut into requests as at a virtual serial port. RFC 2217.
 */
export class Rfc2217Door implements Door {
  readonly name: string;
  readonly #portName: string;
  readonly #clients: TcpClients<Rfc2217Client>;

  constructor(options: Rfc2217DoorOptions) {
    const { settings, hasLineControl = false } = options;
    this.name = options.name;
    this.#portName = options.port.name;
    this.#clients = new TcpClients(options, {
      kind: 'rfc2217',
      clientsMost: rfc2217ClientsMost,
      enter: (socket, facts) => new Rfc2217Client(socket, { ...facts, settings, hasLineControl }),
    });
  }

  async open(): Promise<void> {
    await this.#clients.open();
  }

  status(): DoorStatus {
    const { host, tcpPort, owners } = this.#clients;
    return {
      name: this.name,
      kind: 'rfc2217',
      address: `rfc2217://${typedHost(host)}:${tcpPort}`,
      serves: { port: this.#portName },
      clients: owners,
    };
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
