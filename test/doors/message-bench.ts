import { messageDevice, SocketDoor } from '../../src/doors/index.ts';
import type { Door, MessageDevice } from '../../src/doors/index.ts';
import { Instrument, ScpiDriver } from '../../src/instruments/index.ts';
import { linesProtocol, scpiMessages } from '../../src/sessions/index.ts';
import { ClientBench } from '../sessions/client-bench.ts';
import type { Peer } from '../support/memory-link.ts';
import { LineClient, tcpPortOf } from './socket/line-client.ts';

/** Answers what holds a question mark. */
export const echo: Peer = (request, side) => {
  if (request.includes('?')) setTimeout(() => side.reply(`re ${request}`), 1);
};

/** What a door to one of the instruments is made of. */
export interface DoorParts {
  readonly name: string;
  readonly device: MessageDevice;
}

/** A SCPI instrument as the doors of VISA programs have it. */
export function scpiDevice(
  index: number,
  instrument: Instrument,
  driver: ScpiDriver,
): MessageDevice {
  const { control } = driver;
  return messageDevice({ index, instrument, protocol: scpiMessages(driver), control });
}

/** Two instruments, `meter` and `source`, on one scripted line, at a door each; and a raw socket. */
export class MessageBench<AnyDoor extends Door> implements AsyncDisposable {
  readonly bench: ClientBench;
  readonly doors: readonly AnyDoor[];
  readonly #socket: SocketDoor;

  private constructor(peer: Peer, doorOf: (parts: DoorParts) => AnyDoor) {
    this.bench = new ClientBench(peer);
    const { port } = this.bench;
    const driver = new ScpiDriver({ parameters: [], timeoutMs: 500 });
    this.doors = ['meter', 'source'].map((name, index) =>
      doorOf({ name, device: scpiDevice(index, new Instrument({ name, port, driver }), driver) }),
    );
    this.#socket = new SocketDoor({
      name: 'meter-socket',
      tcpPort: 0,
      port,
      instrument: 'meter',
      protocol: linesProtocol(driver),
    });
  }

  static async open<AnyDoor extends Door>(
    doorOf: (parts: DoorParts) => AnyDoor,
    peer: Peer = echo,
  ): Promise<MessageBench<AnyDoor>> {
    const bench = new MessageBench(peer, doorOf);
    for (const door of [...bench.doors, bench.#socket]) await door.open();
    return bench;
  }

  /** What the line was asked. */
  get written(): readonly string[] {
    return this.bench.link.written;
  }

  /** A program at the raw socket. */
  async lineClient(): Promise<LineClient> {
    return await LineClient.connect(tcpPortOf(this.#socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of [...this.doors, this.#socket]) await door.close();
    await this.bench[Symbol.asyncDispose]();
  }
}
