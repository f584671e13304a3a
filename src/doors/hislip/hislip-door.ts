import type { Door, DoorOffer, DoorStatus } from '../door.ts';
import type { MessageDevice } from '../message-device.ts';
import type { HislipDevice, HislipServer } from './hislip-server.ts';

export interface HislipDoorOptions {
  readonly device: MessageDevice;
  readonly name: string;
  /** Shared with the doors of the other instruments. */
  readonly server: HislipServer;
}

/** An instrument as VISA's `TCPIP::host::hislip0::INSTR`. IVI-6.1. */
export class HislipDoor implements Door {
  readonly name: string;
  readonly #server: HislipServer;
  readonly #device: HislipDevice;

  constructor({ name, server, device }: HislipDoorOptions) {
    this.name = name;
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
      kind: 'hislip',
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
