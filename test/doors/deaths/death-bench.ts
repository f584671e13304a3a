import { expect } from 'vitest';
import {
  HislipDoor,
  HislipServer,
  messageDevice,
  Rfc2217Door,
  SocketDoor,
  Vxi11Door,
  Vxi11Server,
} from '../../../src/doors/index.ts';
import type { Door } from '../../../src/doors/index.ts';
import { Instrument, ScpiDriver } from '../../../src/instruments/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { tcpLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { linesProtocol, scpiMessages } from '../../../src/sessions/index.ts';
import { RunningProgram } from '../../links/running-program.ts';
import { tcpPortIn } from '../../support/tcp-port-in.ts';
import { LineClient } from '../socket/line-client.ts';
import { begin } from './dying-client.ts';
import type { Deed, DoorKind, Place } from './dying-client.ts';
import { HeldInstrument } from './held-instrument.ts';

/** A loopback address of its own: PyVISA asks its port 111 where the instrument is. */
const vxi11Host = `127.${1 + (process.pid % 250)}.${1 + (Math.trunc(process.pid / 250) % 250)}.5`;
/** Longer than any test: no wait ends by it. */
const foreverMs = 600_000;

/** What ends a client: by the process, or by its connections. */
type Kill = () => Promise<void>;

/**
 * An instrument at all doors, whose clocks stand: no lease is let go, no stalled message or unread
 * response given up because of the time. What ends, ends by the death of its client.
 */
export class DeathBench implements AsyncDisposable {
  readonly #instrument: HeldInstrument;
  readonly #port: Port;
  readonly #clock = new ManualClock();
  readonly #vxi11: Vxi11Server;
  readonly #doors: Readonly<Record<DoorKind, Door>>;

  private constructor(instrument: HeldInstrument) {
    this.#instrument = instrument;
    const link = tcpLinkFactory({ host: '127.0.0.1', port: instrument.tcpPort });
    this.#port = new Port({ name: 'line', link });
    const port = this.#port;
    const clock = this.#clock;
    const driver = new ScpiDriver({ parameters: [], timeoutMs: foreverMs });
    const meter = new Instrument({ name: 'meter', port, driver });
    const messages = scpiMessages(driver);
    const device = messageDevice({
      index: 0,
      instrument: meter,
      protocol: messages,
      control: undefined,
      clock,
    });
    const protocol = linesProtocol(driver);
    const settings = { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 } as const;
    this.#vxi11 = new Vxi11Server({ host: vxi11Host, clock });
    const hislip = new HislipServer({ tcpPort: 0, clock });
    const tcpPort = 0;
    this.#doors = {
      hislip: new HislipDoor({ name: 'hislip', device, server: hislip }),
      vxi11: new Vxi11Door({ name: 'vxi11', device, server: this.#vxi11 }),
      socket: new SocketDoor({ name: 's', tcpPort, port, instrument: 'meter', protocol, clock }),
      rfc2217: new Rfc2217Door({ name: 'r', tcpPort, port, protocol, settings, clock }),
    };
  }

  static async open(): Promise<DeathBench> {
    const bench = new DeathBench(await HeldInstrument.open());
    bench.#port.open();
    for (const door of Object.values(bench.#doors)) await door.open();
    using first = await LineClient.connect(tcpPortIn(bench.#doors.socket.status().address));
    await first.ask('IS IT THERE?');
    first.socket.destroy();
    await expect.poll(() => bench.#clients('socket')).toBe(0);
    return bench;
  }

  /** A client begins; another one gets in line behind it; the first dies: the second is answered. */
  async survives(door: DoorKind, deed: Deed, start: () => Promise<Kill>): Promise<void> {
    const before = this.#left();
    const asked = this.#instrument.heard.length;
    const bytes = this.#instrument.bytes;
    const kill = await start();
    await this.#hasBegun(door, deed, { asked, bytes });
    using next = await LineClient.connect(tcpPortIn(this.#doors.socket.status().address));
    const answer = next.ask('NEXT?');
    // Half a message is nobody's turn yet; doors of streams hold long ones, and long answers.
    const isLong = deed === 'long' || deed === 'block';
    const isHeldUp = isLong ? this.#isMessageDoor(door) : deed !== 'half';
    if (isHeldUp) {
      await expect.poll(() => this.#port.status().queue.length).toBeGreaterThan(0);
      expect(this.#instrument.heard.slice(asked)).not.toContain('NEXT?');
    }
    await kill();
    // Who has said all at a raw socket may still hear the answer, so its end is no death yet.
    if (door !== 'socket') await expect.poll(() => this.#clients(door)).toBe(0);
    // What is on the wire is answered to nobody.
    this.#instrument.answerHeld();
    expect(await answer).toBe('re NEXT?');
    expect(await next.ask('AND AGAIN?')).toBe('re AND AGAIN?');
    expect(next.received).toBe('');
    next.socket.destroy();
    await expect.poll(() => this.#left()).toEqual(before);
  }

  async beginHere(door: DoorKind, deed: Deed): Promise<Kill> {
    const sockets = await begin(this.#place(door), deed);
    return async () => {
      for (const socket of sockets) socket.resetAndDestroy();
    };
  }

  async startNode(door: DoorKind, deed: Deed): Promise<Kill> {
    const program = new URL('programs/die-in.ts', import.meta.url);
    const { host, tcpPort } = this.#place(door);
    return await killed(program, [door, host, String(tcpPort), deed]);
  }

  async startPython(door: DoorKind, deed: Deed): Promise<Kill> {
    const program = new URL('programs/die_in.py', import.meta.url);
    return await killed(program, [this.#doors[door].status().address, deed]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of Object.values(this.#doors)) await door.close();
    await this.#port.close();
    await this.#instrument[Symbol.asyncDispose]();
  }

  #isMessageDoor(door: DoorKind): boolean {
    return door === 'hislip' || door === 'vxi11';
  }

  #place(door: DoorKind): Place {
    if (door === 'vxi11') return { door, host: vxi11Host, tcpPort: this.#vxi11.tcpPort };
    const tcpPort = tcpPortIn(this.#doors[door].status().address);
    return { door, host: '127.0.0.1', tcpPort };
  }

  #clients(door: DoorKind): number {
    return this.#doors[door].status().clients.length;
  }

  async #hasBegun(
    door: DoorKind,
    deed: Deed,
    before: { readonly asked: number; readonly bytes: number },
  ): Promise<void> {
    const { heard } = this.#instrument;
    await expect.poll(() => this.#clients(door)).toBe(1);
    if (deed === 'lock') expect(this.#port.leases()).toHaveLength(1);
    if (deed === 'query') await expect.poll(() => heard.slice(before.asked)).toEqual(['HOLD?']);
    if (deed === 'block') await expect.poll(() => heard.slice(before.asked)).toEqual(['CURV?']);
    if (deed !== 'long' || !this.#isMessageDoor(door)) return;
    // Some of it has gone to the instrument.
    await expect.poll(() => this.#instrument.bytes - before.bytes).toBeGreaterThan(1_000_000);
  }

  /** All that a client may leave: sessions, locks, what is in line, timers, connections. */
  #left(): unknown {
    const resources = process.getActiveResourcesInfo();
    return {
      clients: Object.values(this.#doors).flatMap((door) =>
        door.status().clients.map(({ id }) => id),
      ),
      leases: this.#port.leases().length,
      queue: this.#port.status().queue.length,
      timers: this.#clock.pendingCount,
      sockets: resources.filter((each) => each === 'TCPSocketWrap').length,
    };
  }
}

async function killed(program: URL, args: readonly string[]): Promise<Kill> {
  const running = await RunningProgram.start(program, args);
  return async () => {
    process.kill(running.pid, 'SIGKILL');
  };
}
