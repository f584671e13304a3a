import type { Door, DoorOffer, DoorStatus } from '../door.ts';
import type { MessageDevice } from '../message-device.ts';
import type { Vxi11Device, Vxi11Server } from './vxi11-server.ts';

export interface Vxi11DoorOptions {
  readonly device: MessageDevice;
  readonly name: string;
  /** Shared with the doors of the other instruments. */
  readonly server: Vxi11Server;
}

/** An instrument as VISA's `TCPIP::host::inst0::INSTR`. VXI-11. */
export class Vxi11Door implements Door {
  readonly name: string;
  readonly #server: Vxi11Server;
  readonly #device: Vxi11Device;

  constructor({ name, server, device }: Vxi11DoorOptions) {
    this.name = name;
    this.#server = server;
    this.#device = { ...device, links: new Set() };
  }

  async open(): Promise<void> {
    await this.#server.add(this.#device);
  }

  status(): DoorStatus {
    const { instrument, links } = this.#device;
    return {
      name: this.name,
      kind: 'vxi11',
      address: this.#server.addressOf(this.#device),
      serves: { port: instrument.port.name, instrument: instrument.name },
      clients: Array.from(links, ({ owner }) => owner),
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
