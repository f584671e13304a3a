import type { Door, DoorOffer, DoorStatus } from '../door.ts';
import { TcpClients } from '../tcp/tcp-clients.ts';
import type { TcpDoorOptions } from '../tcp/tcp-clients.ts';
import { typedHost } from '../tcp/typed-host.ts';
import { SocketClient } from './socket-client.ts';

/** More clients at once are turned away. */
export const socketClientsMost = 128;

export interface SocketDoorOptions extends TcpDoorOptions {
  readonly instrument: string;
  /** What programs of other machines look for: `_scpi-raw._tcp`. @default nothing, so that none finds it */
  readonly serviceType?: string;
  /** @default {@link socketClientsMost} */
  readonly clientsMost?: number;
}

/** A raw socket to one instrument, as VISA's `TCPIP::host::port::SOCKET`. */
export class SocketDoor implements Door {
  readonly name: string;
  readonly #options: SocketDoorOptions;
  readonly #clients: TcpClients<SocketClient>;

  constructor(options: SocketDoorOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clients = new TcpClients(options, {
      kind: 'socket',
      clientsMost: options.clientsMost ?? socketClientsMost,
      // A client that has said all it wants to say still hears the answers.
      allowHalfOpen: true,
      enter: (socket, facts) => new SocketClient(socket, facts),
    });
  }

  async open(): Promise<void> {
    await this.#clients.open();
  }

  status(): DoorStatus {
    const { port, instrument } = this.#options;
    const { host, tcpPort, owners } = this.#clients;
    return {
      name: this.name,
      kind: 'socket',
      address: `TCPIP::${typedHost(host)}::${tcpPort}::SOCKET`,
      serves: { port: port.name, instrument },
      clients: owners,
    };
  }

  offer(): DoorOffer | undefined {
    const { serviceType } = this.#options;
    const { host, tcpPort } = this.#clients;
    return serviceType === undefined ? undefined : { types: [serviceType], host, tcpPort };
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
