import type { Owner } from '../kernel/index.ts';
import type { Door, DoorOffer, DoorStatus } from './door.ts';
import type { MessageDevice } from './message-device.ts';

/** A program at a device. */
export interface DeviceClient {
  readonly owner: Owner;
  close(): Promise<void>;
}

/** A device at one server, with the programs that are there. */
export interface ServedDevice<Client extends DeviceClient> extends MessageDevice {
  readonly clients: Set<Client>;
}

/** What serves the devices of one protocol: one TCP port for all of them. */
export interface DeviceServer<Client extends DeviceClient> {
  /** Lets programs in to a device. @throws LINK_COMMUNICATION when the TCP port may not be had */
  add(device: ServedDevice<Client>): Promise<void>;
  /** Ends all programs at a device. Never throws; may be called twice. */
  remove(device: ServedDevice<Client>): Promise<void>;
  /** As VISA names it. */
  addressOf(device: ServedDevice<Client>): string;
  offer(): DoorOffer | undefined;
}

export interface DeviceDoorOptions<Client extends DeviceClient> {
  readonly name: string;
  readonly device: MessageDevice;
  /** Shared with the doors of the other instruments. */
  readonly server: DeviceServer<Client>;
}

/** One instrument at a server that VISA programs come to. */
export class DeviceDoor<Client extends DeviceClient> implements Door {
  readonly name: string;
  readonly #kind: string;
  readonly #server: DeviceServer<Client>;
  readonly #device: ServedDevice<Client>;

  /** @param kind `hislip`, `vxi11` */
  constructor(kind: string, { name, server, device }: DeviceDoorOptions<Client>) {
    this.name = name;
    this.#kind = kind;
    this.#server = server;
    this.#device = { ...device, clients: new Set() };
  }

  async open(): Promise<void> {
    await this.#server.add(this.#device);
  }

  status(): DoorStatus {
    const { instrument, clients } = this.#device;
    return {
      name: this.name,
      kind: this.#kind,
      address: this.#server.addressOf(this.#device),
      serves: { port: instrument.port.name, instrument: instrument.name },
      clients: Array.from(clients, ({ owner }) => owner),
    };
  }

  /** Who finds it asks for the first of the server: nothing tells them of another one. */
  offer(): DoorOffer | undefined {
    return this.#device.index === 0 ? this.#server.offer() : undefined;
  }

  async close(): Promise<void> {
    await this.#server.remove(this.#device);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
