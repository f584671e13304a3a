import type { PortMapping } from '../../protocols/index.ts';
import { PortmapperRegistration } from './portmapper-registration.ts';
import { PortmapperServer } from './portmapper-server.ts';
import type { PortmapperServerOptions } from './portmapper-server.ts';

export interface PortmapperEntryOptions extends Omit<PortmapperServerOptions, 'mappings'> {
  /** What clients are to be told, once the program is served. */
  readonly mapping: () => PortMapping;
}

/** How clients learn where a program is: from a portmapper of our own, or from the one that runs. */
export class PortmapperEntry {
  readonly #options: PortmapperEntryOptions;
  readonly #server: PortmapperServer;
  #registration: PortmapperRegistration | undefined;

  constructor(options: PortmapperEntryOptions) {
    this.#options = options;
    this.#server = new PortmapperServer({ ...options, mappings: () => [options.mapping()] });
  }

  /** @throws LINK_COMMUNICATION when there is neither, or the other one refuses, with what to do */
  async open(): Promise<void> {
    try {
      await this.#server.open();
    } catch (error) {
      const { mapping, host } = this.#options;
      this.#registration = await PortmapperRegistration.register(mapping(), host);
      if (this.#registration === undefined) throw error;
    }
  }

  /** Never throws; may be called twice. */
  async close(): Promise<void> {
    const registration = this.#registration;
    this.#registration = undefined;
    await registration?.unregister();
    await this.#server.close();
  }
}
