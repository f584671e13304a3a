import { Instrument, ScpiDriver } from '../../../src/instruments/index.ts';
import type * as doorsRoom from '../../../src/doors/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { scpiMessages } from '../../../src/sessions/index.ts';
import { MessageInstrument } from '../../support/message-instrument.ts';
import { tcpPortIn } from '../../support/tcp-port-in.ts';
import { HislipProgram } from '../hislip/hislip-program.ts';
import { HislipClientOfCheck, Vxi11ClientOfCheck } from './door-clients.ts';
import type { DoorClient } from './door-clients.ts';

/** What is checked: the doors as they are, or with a bug in them. */
export type DoorsRoom = Pick<
  typeof doorsRoom,
  'HislipDoor' | 'HislipServer' | 'Vxi11Door' | 'Vxi11Server' | 'messageDevice'
>;

/** How long an instrument that says nothing is waited for. */
const silentMs = 100;

/** An instrument on a link that has messages, at a HiSLIP and a VXI-11 door. */
export class DoorsUnderCheck implements AsyncDisposable {
  /** Answers each question; `LATE…?` when it is told to, `SILENT?` never. */
  readonly instrument: MessageInstrument;
  readonly port: Port;
  readonly doors: readonly [
    InstanceType<DoorsRoom['HislipDoor']>,
    InstanceType<DoorsRoom['Vxi11Door']>,
  ];
  readonly #vxi11: InstanceType<DoorsRoom['Vxi11Server']>;
  readonly #late: (() => void)[] = [];

  private constructor({
    HislipDoor,
    HislipServer,
    Vxi11Door,
    Vxi11Server,
    messageDevice,
  }: DoorsRoom) {
    this.instrument = new MessageInstrument((message) => this.#answer(message));
    const link = this.instrument;
    this.port = new Port({ name: 'gpib', link, resynchronization: { kind: 'clear' } });
    const driver = new ScpiDriver({ parameters: [], timeoutMs: silentMs, isMessageLink: true });
    const instrument = new Instrument({ name: 'scope', port: this.port, driver });
    const { control } = driver;
    const protocol = scpiMessages(driver);
    const device = messageDevice({ index: 0, instrument, protocol, control });
    const hislip = new HislipServer({ tcpPort: 0 });
    this.#vxi11 = new Vxi11Server({ hasPortmapper: false });
    this.doors = [
      new HislipDoor({ name: 'scope-hislip', device, server: hislip }),
      new Vxi11Door({ name: 'scope-vxi11', device, server: this.#vxi11 }),
    ];
  }

  static async open(room: DoorsRoom): Promise<DoorsUnderCheck> {
    const doors = new DoorsUnderCheck(room);
    doors.port.open();
    for (const door of doors.doors) await door.open();
    return doors;
  }

  async client(kind: DoorClient['kind']): Promise<HislipClientOfCheck | Vxi11ClientOfCheck> {
    if (kind === 'vxi11') return await Vxi11ClientOfCheck.connect(this.#vxi11.tcpPort);
    return new HislipClientOfCheck(await HislipProgram.connect(this.hislipPort));
  }

  get hislipPort(): number {
    return tcpPortIn(this.doors[0].status().address);
  }

  /** How many clients the doors know of. */
  get clients(): number {
    return this.doors.reduce((sum, door) => sum + door.status().clients.length, 0);
  }

  /** Which messages the instrument was sent. */
  get written(): readonly string[] {
    const written = this.instrument.journal.filter((each) => each.startsWith('write '));
    return written.map((each) => each.trimEnd());
  }

  /** What it was asked late is answered now. */
  answerLate(): void {
    for (const answer of this.#late.splice(0)) answer();
  }

  #answer(message: string): string | undefined | Promise<string> {
    if (message.startsWith('SILENT') || !message.endsWith('?')) return undefined;
    const answer = `re ${message}`;
    if (!message.startsWith('LATE')) return answer;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#late.push(() => resolve(answer));
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.doors) await door.close();
    await this.port.close();
  }
}
