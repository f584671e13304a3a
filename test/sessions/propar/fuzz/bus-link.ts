import type { Chunk, Link, LinkFactory } from '../../../../src/links/index.ts';
import { ReceiveBuffer } from '../../../../src/links/receive-buffer.ts';
import { SignalboxError } from '../../../../src/kernel/index.ts';
import type { ProparBusSimulator } from '../../../../src/simulators/propar/bus-simulator.ts';
import type { WireUser } from '../../../../src/simulators/outlets/outlet.ts';

/** A link to a simulated bus in the same thread, with nothing between that takes time. */
class BusLink implements Link {
  readonly address = 'bus';
  readonly kind = 'stream';
  readonly #bus: ProparBusSimulator;
  readonly #received = new ReceiveBuffer('bus');
  #user: WireUser | undefined;

  constructor(bus: ProparBusSimulator) {
    this.#bus = bus;
  }

  async open(): Promise<void> {
    this.#user = this.#bus.serve({ write: (data) => this.#received.push(data.slice()) });
  }

  async write(data: Uint8Array): Promise<void> {
    this.#user?.receive(data.slice());
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    return await this.#received.read(signal);
  }

  async close(): Promise<void> {
    this.#user?.closed();
    this.#user = undefined;
    this.#received.fail(new SignalboxError('CLOSED', 'closed'));
  }
}

export function busLinkFactory(bus: ProparBusSimulator): LinkFactory {
  return { address: 'bus', kind: 'stream', create: () => new BusLink(bus) };
}
