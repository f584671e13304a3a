import { HislipDoor, HislipServer, Vxi11Door, Vxi11Server } from '../../src/doors/index.ts';
import { Instrument, ScpiDriver } from '../../src/instruments/index.ts';
import { Port } from '../../src/ports/index.ts';
import { MessageInstrument } from '../support/message-instrument.ts';
import { tcpPortIn } from '../support/tcp-port-in.ts';
import { HislipProgram } from './hislip/hislip-program.ts';
import { scpiDevice } from './message-bench.ts';
import { Vxi11Program } from './vxi11/vxi11-program.ts';
import type { RpcCaller } from './vxi11/vxi11-program.ts';

/** An instrument on a link that has messages, at a HiSLIP and a VXI-11 door. */
export class MessageDeviceBench implements AsyncDisposable {
  readonly instrument = new MessageInstrument();
  readonly port = new Port({
    name: 'gpib',
    link: this.instrument,
    resynchronization: { kind: 'clear' },
  });
  readonly #hislipServer = new HislipServer({ tcpPort: 0 });
  readonly #vxi11Server: Vxi11Server;
  readonly #doors: readonly [HislipDoor, Vxi11Door];

  private constructor(vxi11Host: string | undefined) {
    this.#vxi11Server = new Vxi11Server(
      vxi11Host === undefined ? { hasPortmapper: false } : { host: vxi11Host },
    );
    const driver = new ScpiDriver({ parameters: [], timeoutMs: 500, isMessageLink: true });
    const instrument = new Instrument({ name: 'scope', port: this.port, driver });
    const device = scpiDevice(0, instrument, driver);
    this.#doors = [
      new HislipDoor({ name: 'scope-hislip', device, server: this.#hislipServer }),
      new Vxi11Door({ name: 'scope-vxi11', device, server: this.#vxi11Server }),
    ];
  }

  /** @param vxi11Host where its VXI-11 door has a portmapper; without it there is none */
  static async open(vxi11Host?: string): Promise<MessageDeviceBench> {
    const bench = new MessageDeviceBench(vxi11Host);
    bench.port.open();
    for (const door of bench.#doors) await door.open();
    return bench;
  }

  /** What was done to the instrument since it was opened. */
  get journal(): readonly string[] {
    return this.instrument.journal.slice(1);
  }

  get hislipAddress(): string {
    return this.#doors[0].status().address;
  }

  get vxi11Address(): string {
    return this.#doors[1].status().address;
  }

  async hislip(): Promise<HislipProgram> {
    return await HislipProgram.connect(tcpPortIn(this.hislipAddress));
  }

  async vxi11(core?: RpcCaller): Promise<Vxi11Program> {
    return await Vxi11Program.connect(this.#vxi11Server.tcpPort, 'inst0', core);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.#doors) await door.close();
    await this.port.close();
  }
}
