import type { Socket } from 'node:net';
import { systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import {
  portmapperPort,
  portmapperProtocols,
  rpcService,
  vxi11Abort,
  vxi11Core,
  vxi11Errors,
} from '../../protocols/index.ts';
import type { RpcHandlers, RpcService, Vxi11CoreProcedures } from '../../protocols/index.ts';
import type { DoorOffer } from '../door.ts';
import type { DeviceServer, ServedDevice } from '../device-door.ts';
import { socketOwner } from '../tcp/socket-owner.ts';
import { TcpListener } from '../tcp/tcp-listener.ts';
import { typedHost } from '../tcp/typed-host.ts';
import { ClientInterrupts } from './client-interrupts.ts';
import { PortmapperEntry } from './portmapper-entry.ts';
import { serveRpc } from './rpc-connection.ts';
import { Vxi11Link } from './vxi11-link.ts';

/** More connections at once are turned away. */
export const vxi11ConnectionsMost = 1_024;
/** More links at once, of all clients, are refused with the error `out of resources`. */
export const vxi11LinksMost = 1_024;
/** The most data that one write may bring. */
export const vxi11ReceiveBytesMost = 1_048_576;

/** One instrument of a server. */
type Vxi11Device = ServedDevice<Vxi11Link>;

export interface Vxi11ServerOptions {
  /** Whoever can reach this address may use the instruments: VXI-11 knows no tokens. @default '127.0.0.1' */
  readonly host?: string;
  /** Of the core channel; 0 takes a free one. @default 0, which clients learn from the portmapper */
  readonly tcpPort?: number;
  /**
   * Whether to tell clients where the core channel is. Without it only those find it that can be told
   * its port. @default true
   */
  readonly hasPortmapper?: boolean;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told of what failed, for the log. */
  readonly failed?: (owner: Owner, label: string, error: unknown) => void;
}

/** What the doors of all instruments have in common: the channels, and who has which link. */
export class Vxi11Server implements DeviceServer<Vxi11Link> {
  readonly #clock: Clock;
  readonly #failed: (owner: Owner, label: string, error: unknown) => void;
  readonly #core: TcpListener;
  readonly #abort: TcpListener;
  readonly #devices = new Set<Vxi11Device>();
  readonly #links = new Map<number, Vxi11Link>();
  readonly #connections = new Set<Socket>();
  readonly #aborts: RpcService;
  readonly #portmapper: PortmapperEntry | undefined;
  #lastId = 0;

  constructor(options: Vxi11ServerOptions) {
    const { host = '127.0.0.1', tcpPort = 0, clock = systemClock, failed = () => {} } = options;
    this.#clock = clock;
    this.#failed = failed;
    const common = { name: 'vxi11', kind: 'vxi11', host, clock, failed };
    const connectionsMost = vxi11ConnectionsMost;
    this.#core = new TcpListener({
      ...common,
      tcpPort,
      connectionsMost,
      enter: (socket) => this.#enter(socket),
    });
    this.#abort = new TcpListener({
      ...common,
      tcpPort: 0,
      connectionsMost,
      enter: (socket) => {
        this.#keep(socket);
        serveRpc(socket, [this.#aborts]);
      },
    });
    this.#portmapper =
      options.hasPortmapper === false
        ? undefined
        : new PortmapperEntry({
            host,
            clock,
            mapping: () => ({
              program: vxi11Core.program,
              version: vxi11Core.version,
              protocol: portmapperProtocols.tcp,
              port: this.#core.tcpPort,
            }),
            failed: (error) => failed(strangerOwner, 'a call of the portmapper', error),
          });
    this.#aborts = rpcService(
      vxi11Abort,
      {
        abort: (linkId) => {
          const link = this.#links.get(linkId);
          link?.abort();
          return { error: link === undefined ? vxi11Errors.invalidLink : vxi11Errors.none };
        },
      },
      (error) => failed(strangerOwner, 'a call', error),
    );
  }

  /** Of the core channel, once it is open. */
  get tcpPort(): number {
    return this.#core.tcpPort;
  }

  /**
   * Programs ask the portmapper first, and no VISA name of a VXI-11 instrument has a place for a port: where
   * none answers there is nothing to offer. VXI-11, section B.4; VPP-4.3, section 4.3.1.
   */
  offer(): DoorOffer | undefined {
    if (this.#portmapper === undefined) return undefined;
    return { types: ['_vxi-11._tcp'], host: this.#core.host, tcpPort: portmapperPort };
  }

  /**
   * As VISA names a device: `TCPIP::127.0.0.1::inst0::INSTR`. Where no portmapper tells the TCP port, which
   * no such name has a place for, it is told here.
   */
  addressOf({ index }: Vxi11Device): string {
    const { host, tcpPort } = this.#core;
    const suffix = this.#portmapper === undefined ? ` at TCP port ${tcpPort}` : '';
    return `TCPIP::${typedHost(host)}::inst${index}::INSTR${suffix}`;
  }

  /**
   * Lets clients in to a device.
   * @throws LINK_COMMUNICATION when a TCP port is taken, or port 111 may not be had
   */
  async add(device: Vxi11Device): Promise<void> {
    if (this.#devices.size === 0) await this.#open();
    this.#devices.add(device);
  }

  /** Ends all links to a device. Never throws; may be called twice. */
  async remove(device: Vxi11Device): Promise<void> {
    const isLast = this.#devices.delete(device) && this.#devices.size === 0;
    const leave = async (): Promise<void> => {
      await Promise.all(Array.from(device.clients, async (link) => await link.close()));
    };
    if (!isLast) return await leave();
    await this.#close(leave);
  }

  /** All of it, or nothing. */
  async #open(): Promise<void> {
    try {
      await this.#core.open();
      await this.#abort.open();
      await this.#portmapper?.open();
    } catch (error) {
      await this.#close(async () => {});
      throw error;
    }
  }

  async #close(leave: () => Promise<void>): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    await this.#core.close(leave);
    await this.#abort.close(async () => {});
    await this.#portmapper?.close();
  }

  #keep(socket: Socket): void {
    this.#connections.add(socket);
    socket.once('close', () => void this.#connections.delete(socket));
  }

  /** The links of a connection end with it. VXI-11, section B.4.5. */
  #enter(socket: Socket): void {
    this.#keep(socket);
    const own = new Map<number, Vxi11Link>();
    const interrupts = new ClientInterrupts(socket, (error) =>
      this.#failed(strangerOwner, 'an interrupt channel', error),
    );
    const handlers = this.#handlers(socket, own, interrupts);
    const failed = (error: unknown): void => this.#failed(strangerOwner, 'a call', error);
    serveRpc(socket, [rpcService(vxi11Core, handlers, failed)]);
    socket.once('close', () => {
      for (const link of own.values()) void link.close();
      own.clear();
      interrupts.close();
    });
  }

  /** @param own the links of this connection: nobody uses another's by guessing its number */
  #handlers(
    socket: Socket,
    own: Map<number, Vxi11Link>,
    interrupts: ClientInterrupts,
  ): RpcHandlers<Vxi11CoreProcedures> {
    const { none, invalidLink, notSupported } = vxi11Errors;
    const of = async (linkId: number, work: (link: Vxi11Link) => number | Promise<number>) => {
      const link = own.get(linkId);
      return { error: link === undefined ? invalidLink : await work(link) };
    };
    const empty = new Uint8Array();
    const noReason = { requestCount: false, terminator: false, end: false };
    return {
      createLink: async ({ device, lockDevice, lockTimeoutMs }) => {
        const created = this.#create(socket, device, own);
        const abortPort = this.#abort.tcpPort;
        const receiveBytesMost = vxi11ReceiveBytesMost;
        if (typeof created === 'number') {
          return { error: created, linkId: 0, abortPort, receiveBytesMost };
        }
        const { linkId, link } = created;
        const flags = { waitLock: true, end: false, terminatorSet: false };
        const error = lockDevice ? await link.lock({ flags, lockTimeoutMs }) : none;
        if (error !== none) await link.close();
        return { error, linkId, abortPort, receiveBytesMost };
      },
      write: async (args) =>
        (await own.get(args.linkId)?.write(args)) ?? { error: invalidLink, size: 0 },
      read: async (args) =>
        (await own.get(args.linkId)?.read(args)) ?? {
          error: invalidLink,
          reason: noReason,
          data: empty,
        },
      readStatusByte: async (args) =>
        (await own.get(args.linkId)?.readStatusByte(args)) ?? {
          error: invalidLink,
          statusByte: 0,
        },
      trigger: async (args) => await of(args.linkId, async (link) => await link.trigger(args)),
      clear: async (args) => await of(args.linkId, async (link) => await link.clear(args)),
      remote: async (args) =>
        await of(args.linkId, async (link) => await link.setRemote('go-to-remote', args)),
      local: async (args) =>
        await of(args.linkId, async (link) => await link.setRemote('go-to-local', args)),
      lock: async (args) => await of(args.linkId, async (link) => await link.lock(args)),
      unlock: async (linkId) => await of(linkId, async (link) => await link.unlock()),
      enableServiceRequest: async ({ linkId, enable, handle }) =>
        await of(linkId, (link) => {
          link.enableServiceRequests(enable ? () => interrupts.request(handle) : undefined);
          return none;
        }),
      doCommand: () => ({ error: notSupported, data: empty }),
      destroyLink: async (linkId) =>
        await of(linkId, async (link) => {
          await link.close();
          return none;
        }),
      createInterruptChannel: async (args) => ({ error: await interrupts.open(args) }),
      destroyInterruptChannel: () => ({ error: interrupts.close() }),
    };
  }

  /** @returns the link, or an error code */
  #create(
    socket: Socket,
    name: string,
    own: Map<number, Vxi11Link>,
  ): { readonly linkId: number; readonly link: Vxi11Link } | number {
    const device = this.#find(name);
    if (device === undefined) return vxi11Errors.deviceNotAccessible;
    if (this.#links.size >= vxi11LinksMost) return vxi11Errors.outOfResources;
    this.#lastId += 1;
    const linkId = this.#lastId;
    const id = `${device.instrument.name}-vxi11-${linkId}`;
    const link = new Vxi11Link({
      device,
      client: socketOwner(socket, { id, door: 'vxi11' }, this.#clock),
      clock: this.#clock,
      failed: this.#failed,
      gone: () => {
        own.delete(linkId);
        this.#links.delete(linkId);
        device.clients.delete(link);
      },
    });
    own.set(linkId, link);
    this.#links.set(linkId, link);
    device.clients.add(link);
    return { linkId, link };
  }

  #find(text: string): Vxi11Device | undefined {
    const name = text.toLowerCase();
    return this.#devices
      .values()
      .find(
        ({ index, instrument }) =>
          name === `inst${index}` || name === instrument.name.toLowerCase(),
      );
  }
}

/** Who calls before there is a link. */
const strangerOwner: Owner = { id: 'vxi11', program: 'a program', door: 'vxi11', sinceMs: 0 };
