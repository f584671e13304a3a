import type * as doorsRoom from '../../../src/doors/index.ts';
import { Instrument, ScpiDriver } from '../../../src/instruments/index.ts';
import { linesProtocol, scpiMessages } from '../../../src/sessions/index.ts';
import { ClientBench } from '../../sessions/client-bench.ts';
import { randomFrom } from '../../support/random.ts';
import { tcpPortIn } from '../../support/tcp-port-in.ts';
import { RandomBytes } from '../../protocols/random-bytes.ts';
import { HislipProgram } from '../hislip/hislip-program.ts';
import { Rfc2217Program } from '../rfc2217/rfc2217-program.ts';
import { Vxi11Program } from '../vxi11/vxi11-program.ts';
import { spoiledHislip, spoiledRfc2217, spoiledVxi11 } from './spoiled-clients.ts';
import type { SpoiledClient } from './spoiled-clients.ts';

/** What is checked: the doors as they are, or with a bug in them. */
export type FuzzedRoom = Pick<
  typeof doorsRoom,
  'HislipDoor' | 'HislipServer' | 'messageDevice' | 'Rfc2217Door' | 'Vxi11Door' | 'Vxi11Server'
>;

/** So many clients are at each door at a time. */
const clientsAtOnce = 6;
/** Clients that do as they should are answered by then. */
const answerLongestMs = 10_000;
/** After so many frames each door is asked by a client that does as it should. */
const framesBetween = 20_000;

const special = [0x00, 0x01, 0x02, 0x06, 0x07, 0x0a, 0x2c, 0xf0, 0xfa, 0xff];

/** An instrument at a HiSLIP, a VXI-11 and an RFC 2217 door, and the clients that are to break them. */
class FuzzBench implements AsyncDisposable {
  readonly #bench = new ClientBench((request, side) => {
    if (request.includes('?')) side.reply(`re ${request}`);
  });
  readonly #vxi11: InstanceType<FuzzedRoom['Vxi11Server']>;
  readonly #hislipDoor: InstanceType<FuzzedRoom['HislipDoor']>;
  readonly #vxi11Door: InstanceType<FuzzedRoom['Vxi11Door']>;
  readonly #rfc2217Door: InstanceType<FuzzedRoom['Rfc2217Door']>;

  constructor(room: FuzzedRoom) {
    const { port } = this.#bench;
    const driver = new ScpiDriver({ parameters: [], timeoutMs: 200 });
    const instrument = new Instrument({ name: 'meter', port, driver });
    const device = room.messageDevice({
      index: 0,
      instrument,
      protocol: scpiMessages(driver),
      control: undefined,
    });
    this.#vxi11 = new room.Vxi11Server({ hasPortmapper: false });
    const server = new room.HislipServer({ tcpPort: 0 });
    this.#hislipDoor = new room.HislipDoor({ name: 'hislip', device, server });
    this.#vxi11Door = new room.Vxi11Door({ name: 'vxi11', device, server: this.#vxi11 });
    this.#rfc2217Door = new room.Rfc2217Door({
      name: 'rfc2217',
      tcpPort: 0,
      port,
      protocol: linesProtocol(driver),
      settings: { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 },
    });
  }

  get #doors() {
    return [this.#hislipDoor, this.#vxi11Door, this.#rfc2217Door];
  }

  async open(): Promise<void> {
    for (const door of this.#doors) await door.open();
  }

  get clients(): readonly (readonly [client: SpoiledClient, tcpPort: number])[] {
    return [
      [spoiledHislip, tcpPortIn(this.#hislipDoor.status().address)],
      [spoiledVxi11, this.#vxi11.tcpPort],
      [spoiledRfc2217, tcpPortIn(this.#rfc2217Door.status().address)],
    ];
  }

  /** What clients have left behind. */
  left(): string {
    const { port } = this.#bench;
    const clients = this.#doors.flatMap((door) => door.status().clients.map(({ id }) => id));
    const parts = [
      ...clients.map((id) => `client ${id}`),
      ...port.leases().map(({ owner }) => `a lock of ${owner.id}`),
      ...port.status().queue.map(({ owner, label }) => `${label} of ${owner.id} in line`),
    ];
    return parts.join(', ');
  }

  /** Clients that do as they should are answered. */
  async answers(): Promise<void> {
    using first = await HislipProgram.connect(tcpPortIn(this.#hislipDoor.status().address));
    expectAnswer('HiSLIP', await first.ask('GOOD?'));
    using second = await Vxi11Program.connect(this.#vxi11.tcpPort);
    expectAnswer('VXI-11', await second.ask('GOOD?'));
    using third = await Rfc2217Program.connect(tcpPortIn(this.#rfc2217Door.status().address));
    expectAnswer('RFC 2217', await third.query('GOOD?\n'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.#doors) await door.close();
    await this.#bench[Symbol.asyncDispose]();
  }
}

function expectAnswer(door: string, answer: string): void {
  if (answer !== 're GOOD?\n') throw new Error(`${door} answers ${JSON.stringify(answer)}`);
}

/**
 * Clients come to all doors at once, say what they should not, and go.
 *
 * @param frames so many at each door
 * @param freeLongestMs nothing is left of clients that have gone by then
 * @returns what was wrong; undefined: nothing
 */
export async function checkFuzz(
  room: FuzzedRoom,
  frames: number,
  salt: number,
  freeLongestMs: number,
): Promise<string | undefined> {
  await using bench = new FuzzBench(room);
  await bench.open();
  const before = sockets();
  // Of listeners or timers that pile up, for one.
  const warnings: string[] = [];
  const warn = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', warn);
  try {
    for (let said = 0; said < frames; said += framesBetween) {
      const each = Math.min(framesBetween, frames - said);
      await Promise.all(
        bench.clients.map(async ([client, tcpPort], at) => {
          const random = new RandomBytes(randomFrom(salt + 16 * said + at), special);
          await annoy(client, tcpPort, random, each);
        }),
      );
      const hasLeft = async (isSo: () => boolean, why: () => string): Promise<void> =>
        await until(isSo, why, freeLongestMs);
      await hasLeft(
        () => bench.left() === '',
        () => `left behind: ${bench.left()}`,
      );
      await within(bench.answers(), 'a client that does as it should waits');
      await hasLeft(
        () => sockets() <= before,
        () => `${sockets() - before} connections are left`,
      );
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    process.off('warning', warn);
  }
  return warnings[0];
}

async function annoy(
  client: SpoiledClient,
  tcpPort: number,
  random: RandomBytes,
  frames: number,
): Promise<void> {
  let said = 0;
  const one = async (): Promise<void> => {
    while (said < frames) said += await client(tcpPort, random);
  };
  await Promise.all(Array.from({ length: clientsAtOnce }, one));
}

function sockets(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length;
}

async function until(isSo: () => boolean, why: () => string, longestMs: number): Promise<void> {
  const endsMs = performance.now() + longestMs;
  while (!isSo()) {
    if (performance.now() > endsMs) throw new Error(why());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function within(work: Promise<void>, why: string): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(why)), answerLongestMs);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
