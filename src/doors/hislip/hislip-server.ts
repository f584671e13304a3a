import type { Socket } from 'node:net';
import { systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import {
  describeHislipFatal,
  hislipFatal,
  hislipPairingMs,
  HislipSessions,
} from '../../protocols/index.ts';
import type { HislipEvent, HislipMessage, HislipSubAddress } from '../../protocols/index.ts';
import type { DoorOffer } from '../door.ts';
import type { DeviceServer, ServedDevice } from '../device-door.ts';
import { socketOwner } from '../tcp/socket-owner.ts';
import { TcpListener } from '../tcp/tcp-listener.ts';
import { typedHost } from '../tcp/typed-host.ts';
import { HislipClient } from './hislip-client.ts';
import { HislipConnection } from './hislip-connection.ts';
import type { HearHislip } from './hislip-connection.ts';

/** The TCP port that IANA has for HiSLIP. IVI-6.1, section 2.2. */
export const hislipTcpPort = 4_880;
/** More clients at once are refused. Each has two connections. */
export const hislipClientsMost = 1_024;

/** One instrument of a server. */
type HislipDevice = ServedDevice<HislipClient>;

export interface HislipServerOptions {
  /** Whoever can reach this address may use the instruments: HiSLIP 1.0 knows no tokens. @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. @default {@link hislipTcpPort} */
  readonly tcpPort?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told of what failed, for the log. */
  readonly failed?: (owner: Owner, label: string, error: unknown) => void;
}

/** What the doors of all instruments have in common: the TCP port, and who has which session. */
export class HislipServer implements DeviceServer<HislipClient> {
  readonly #clock: Clock;
  readonly #failed: (owner: Owner, label: string, error: unknown) => void;
  readonly #listener: TcpListener;
  readonly #sessions: HislipSessions;
  readonly #devices = new Set<HislipDevice>();
  readonly #clients = new Map<number, HislipClient>();
  readonly #connections = new Set<Socket>();
  #count = 0;

  constructor(options: HislipServerOptions = {}) {
    const { host = '127.0.0.1', tcpPort = hislipTcpPort, clock = systemClock, failed } = options;
    this.#clock = clock;
    this.#failed = failed ?? (() => {});
    this.#sessions = new HislipSessions({ sessionsMost: hislipClientsMost, clock });
    this.#listener = new TcpListener({
      name: 'hislip',
      kind: 'hislip',
      host,
      tcpPort,
      connectionsMost: 2 * hislipClientsMost,
      clock,
      enter: (socket) => this.#enter(socket),
      failed: this.#failed,
    });
  }

  /** How programs of other machines find it. LXI Device Specification. */
  offer(): DoorOffer {
    const { host, tcpPort } = this.#listener;
    return { types: ['_hislip._tcp'], host, tcpPort };
  }

  /** As VISA names a device: `TCPIP::127.0.0.1::hislip0::INSTR`, with the TCP port where it is another. */
  addressOf({ index }: HislipDevice): string {
    const { host, tcpPort } = this.#listener;
    const suffix = tcpPort === hislipTcpPort ? '' : `,${tcpPort}`;
    return `TCPIP::${typedHost(host)}::hislip${index}${suffix}::INSTR`;
  }

  /** Lets clients in to a device. @throws LINK_COMMUNICATION when the TCP port is taken */
  async add(device: HislipDevice): Promise<void> {
    if (this.#devices.size === 0) await this.#listener.open();
    this.#devices.add(device);
  }

  /** Ends all clients of a device. Never throws; may be called twice. */
  async remove(device: HislipDevice): Promise<void> {
    const isLast = this.#devices.delete(device) && this.#devices.size === 0;
    const leave = async (): Promise<void> => {
      await Promise.all(Array.from(device.clients, async (client) => await client.close()));
    };
    if (!isLast) return await leave();
    for (const socket of this.#connections) socket.destroy();
    await this.#listener.close(leave);
  }

  #enter(socket: Socket): void {
    this.#connections.add(socket);
    // It belongs to nobody before it has said to whom.
    let hear: HearHislip = (event) => {
      const joined = this.#begin(connection, event);
      if (joined === undefined) return undefined;
      timer.cancel();
      hear = joined;
      return undefined;
    };
    const connection = new HislipConnection(socket, this.#clock, (event) => hear(event));
    const timer = this.#clock.schedule(hislipPairingMs, () => socket.destroy());
    socket.once('close', () => {
      timer.cancel();
      this.#connections.delete(socket);
    });
  }

  /** A connection's first message. @returns who hears what comes after it */
  #begin(connection: HislipConnection, event: HislipEvent): HearHislip | undefined {
    if (event.kind === 'message' && event.message.type === 'Initialize') {
      return this.#open(connection, event.message);
    }
    if (event.kind === 'message' && event.message.type === 'AsyncInitialize') {
      return this.#attach(connection, event.message.sessionId);
    }
    const code = event.kind === 'broken' ? event.fatalCode : hislipFatal.invalidInitialization;
    connection.end({ type: 'FatalError', code, text: describeHislipFatal(code) });
    return undefined;
  }

  #open(
    connection: HislipConnection,
    message: Extract<HislipMessage, { type: 'Initialize' }>,
  ): HearHislip | undefined {
    const isThere = (subAddress: HislipSubAddress): boolean => this.#find(subAddress) !== undefined;
    const opening = this.#sessions.open(message, isThere);
    const device = opening.kind === 'accepted' ? this.#find(opening.session.subAddress) : undefined;
    if (opening.kind === 'refused' || device === undefined) {
      connection.end(opening.answer);
      return undefined;
    }
    const { id } = opening.session;
    const client = this.#client(connection, device, id);
    connection.say(opening.answer);
    const timer = this.#clock.schedule(hislipPairingMs, () => {
      if (this.#sessions.isPaired(id)) return;
      client.fatal(hislipFatal.channelMissing, 'the asynchronous channel did not come');
    });
    connection.socket.once('close', () => timer.cancel());
    return (event) => client.hear(event, 'synchronous');
  }

  #client(synchronous: HislipConnection, device: HislipDevice, id: number): HislipClient {
    this.#count += 1;
    const owner = { id: `${device.instrument.name}-hislip-${this.#count}`, door: 'hislip' };
    const client = new HislipClient({
      device,
      client: socketOwner(synchronous.socket, owner, this.#clock),
      clock: this.#clock,
      synchronous,
      failed: this.#failed,
      gone: () => {
        this.#sessions.close(id);
        this.#clients.delete(id);
        device.clients.delete(client);
      },
    });
    this.#clients.set(id, client);
    device.clients.add(client);
    return client;
  }

  #attach(connection: HislipConnection, sessionId: number): HearHislip | undefined {
    const client = this.#clients.get(sessionId);
    // Its number alone, of 16 bits, proves nothing.
    if (client?.isAt(connection) === false) {
      const code = hislipFatal.invalidInitialization;
      const text = `${describeHislipFatal(code)}: the session is that of another machine`;
      connection.end({ type: 'FatalError', code, text });
      return undefined;
    }
    const opening = this.#sessions.attach(sessionId);
    if (opening.kind === 'refused' || client === undefined) {
      connection.end(opening.answer);
      return undefined;
    }
    client.attach(connection);
    connection.say(opening.answer);
    return (event) => client.hear(event, 'asynchronous');
  }

  #find({ name, index }: HislipSubAddress): HislipDevice | undefined {
    return this.#devices
      .values()
      .find((device) => device.index === index || device.instrument.name.toLowerCase() === name);
  }
}
