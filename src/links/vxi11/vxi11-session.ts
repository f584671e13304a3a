import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import {
  noVxi11Flags,
  portmapperPort,
  vxi11Abort,
  vxi11Core,
  vxi11ErrorOf,
  vxi11Errors,
  vxi11ReceiveBytesLeast,
} from '../../protocols/index.ts';
import type {
  Vxi11CreateLinkResult,
  Vxi11Flags,
  Vxi11GenericArgs,
  Vxi11InterruptChannelArgs,
  Vxi11ReadResult,
  Vxi11WriteResult,
} from '../../protocols/index.ts';
import { BoundedWait } from '../bounded-wait.ts';
import { connectSocket } from '../tcp/connect-socket.ts';
import { findCorePort } from './core-port.ts';
import { RpcClient } from './rpc-client.ts';
import type { RpcPatience } from './rpc-client.ts';

/** A server that has not opened the link by then does not. */
export const vxi11OpeningMs = 10_000;
/** How long the instrument may take to carry out what is no read. */
export const vxi11IoTimeoutMs = 4_000;
/**
 * How long the instrument may be locked by another program: it is waited for, then PORT_BUSY. Well below
 * the times after which a port gives up an opening or a write, so that it hears who has the instrument.
 */
export const vxi11LockTimeoutMs = 2_000;
/** How much later than the instrument's own timeout the server's answer may come. */
export const vxi11GraceMs = 2_000;
/** What one device_read asks for. */
export const vxi11RequestBytes = 262_144;
/** What one device_write carries, where the server takes more. */
export const vxi11WriteBytesMost = 262_144;

/** Of a reply, besides its data: RFC 5531, section 9, with the longest verifier; VXI-11, B.6. */
const replyHeadBytesMost = 1_024;
const replyBytesMost = vxi11RequestBytes + replyHeadBytesMost;

export interface Vxi11SessionOptions {
  readonly address: string;
  readonly host: string;
  /** Of the core channel; nothing to ask the portmapper. */
  readonly port: number | undefined;
  /** @default 111 */
  readonly portmapperPort?: number;
  readonly device: string;
  readonly clock: Clock;
}

/** Another program's lock is no failure of the link. VXI-11, section B.5. */
const waiting: Vxi11Flags = { ...noVxi11Flags, waitLock: true };

/** A link to an instrument: its number, and the channels to its server. VXI-11, section B.4. */
export class Vxi11Session {
  readonly #options: Vxi11SessionOptions;
  readonly #core: RpcClient;
  readonly #created: Vxi11CreateLinkResult;
  #abortClient: Promise<RpcClient> | undefined;

  private constructor(
    options: Vxi11SessionOptions,
    core: RpcClient,
    created: Vxi11CreateLinkResult,
  ) {
    this.#options = options;
    this.#core = core;
    this.#created = created;
  }

  /**
   * @param ended told once, when the core channel has ended
   * @throws LINK_COMMUNICATION, LINK_PROTOCOL, LINK_TIMEOUT, PORT_ABSENT, PORT_BUSY, CANCELLED
   */
  static async open(
    options: Vxi11SessionOptions,
    signals: readonly AbortSignal[],
    ended: (error: SignalboxError) => void,
  ): Promise<Vxi11Session> {
    const { address, host, clock, device } = options;
    const timeoutMs = vxi11OpeningMs;
    const late = (): SignalboxError =>
      new SignalboxError('LINK_TIMEOUT', `${address} could not be opened within ${timeoutMs} ms`, {
        details: { address, timeoutMs },
      });
    using wait = new BoundedWait({ clock, timeoutMs, signals, what: `opening ${address}`, late });
    const { signal } = wait;
    const mapperPort = options.portmapperPort ?? portmapperPort;
    const asked = { host, port: mapperPort, address, clock, timeoutMs, signal };
    const port = options.port ?? (await findCorePort(asked));
    const socket = await connectSocket({ host, port, address, signals: [signal] });
    const core = new RpcClient({ socket, address, clock, replyBytesMost, ended });
    try {
      const args = { clientId: process.pid, lockDevice: false, lockTimeoutMs: 0, device };
      const created = await core.call(vxi11Core, 'createLink', args, { timeoutMs, signal });
      if (created.error !== vxi11Errors.none) throw vxi11ErrorOf(created.error, address);
      return new Vxi11Session(options, core, created);
    } catch (error) {
      await core.close(closed(address));
      throw error;
    }
  }

  get addresses(): { readonly own: string; readonly server: string } {
    return this.#core.addresses;
  }

  /** How much one device_write may carry. Rule B.6.3 has a least, which some servers forget to say. */
  get writeBytesMost(): number {
    const { receiveBytesMost } = this.#created;
    return Math.min(receiveBytesMost || vxi11ReceiveBytesLeast, vxi11WriteBytesMost);
  }

  /** Asks for what the instrument has to say; the answer comes when it comes. B.6.4. */
  async read(ioTimeoutMs: number): Promise<Vxi11ReadResult> {
    return await this.#core.start(vxi11Core, 'read', {
      linkId: this.#created.linkId,
      requestBytes: vxi11RequestBytes,
      ioTimeoutMs,
      lockTimeoutMs: vxi11LockTimeoutMs,
      flags: waiting,
      terminator: 0,
    });
  }

  /** @throws what {@link RpcClient.call} throws */
  async write(data: Uint8Array, end: boolean): Promise<Vxi11WriteResult> {
    const args = {
      linkId: this.#created.linkId,
      ioTimeoutMs: vxi11IoTimeoutMs,
      lockTimeoutMs: vxi11LockTimeoutMs,
      flags: { ...waiting, end },
      data,
    };
    return await this.#core.call(vxi11Core, 'write', args, patience());
  }

  /** What names nothing but the link. @throws the error of the server's code, what a call throws */
  async carryOut(
    name: 'clear' | 'trigger' | 'remote' | 'local',
    signal?: AbortSignal,
  ): Promise<void> {
    const { error } = await this.#core.call(vxi11Core, name, this.#generic, patience(signal));
    if (error !== vxi11Errors.none) throw this.errorOf(error, name);
  }

  async readStatusByte(signal: AbortSignal): Promise<number> {
    const name = 'readStatusByte';
    const args = this.#generic;
    const { error, statusByte } = await this.#core.call(vxi11Core, name, args, patience(signal));
    if (error !== vxi11Errors.none) throw this.errorOf(error, name);
    return statusByte;
  }

  /** Tells the server where to call when the instrument wants service. @returns its error code */
  async enableServiceRequests(
    channel: Vxi11InterruptChannelArgs,
    handle: Uint8Array,
  ): Promise<number> {
    const { error } = await this.#core.call(
      vxi11Core,
      'createInterruptChannel',
      channel,
      patience(),
    );
    if (error !== vxi11Errors.none && error !== vxi11Errors.channelAlreadyEstablished) return error;
    const args = { linkId: this.#created.linkId, enable: true, handle };
    return (await this.#core.call(vxi11Core, 'enableServiceRequest', args, patience())).error;
  }

  /** Ends what is under way for the link, over the abort channel. B.6.6. */
  async abort(patience: Required<RpcPatience>): Promise<void> {
    this.#abortClient ??= this.#connectAbort(patience.signal);
    const client = await this.#abortClient;
    await client.call(vxi11Abort, 'abort', this.#created.linkId, patience);
  }

  /** Takes the link away from the server. */
  async destroy(timeoutMs: number): Promise<void> {
    await this.#core.call(vxi11Core, 'destroyLink', this.#created.linkId, { timeoutMs });
  }

  /** Ends the channels; resolves when they are given back. */
  async close(reason: SignalboxError): Promise<void> {
    const aborts = this.#abortClient?.then(async (client) => await client.close(reason));
    await Promise.allSettled([this.#core.close(reason), aborts]);
  }

  /** The error that a server's code is. */
  errorOf(code: number, name: string): SignalboxError {
    return vxi11ErrorOf(code, `${this.#options.address}: ${name}`);
  }

  get #generic(): Vxi11GenericArgs {
    const { linkId } = this.#created;
    const lockTimeoutMs = vxi11LockTimeoutMs;
    return { linkId, flags: waiting, lockTimeoutMs, ioTimeoutMs: vxi11IoTimeoutMs };
  }

  async #connectAbort(signal: AbortSignal): Promise<RpcClient> {
    const { host, address, clock } = this.#options;
    const port = this.#created.abortPort;
    const ended = (): void => void (this.#abortClient = undefined);
    try {
      const socket = await connectSocket({ host, port, address, signals: [signal] });
      return new RpcClient({ socket, address, clock, replyBytesMost: replyHeadBytesMost, ended });
    } catch (error) {
      ended();
      throw error;
    }
  }
}

function patience(signal?: AbortSignal): RpcPatience {
  const timeoutMs = vxi11LockTimeoutMs + vxi11IoTimeoutMs + vxi11GraceMs;
  return signal === undefined ? { timeoutMs } : { timeoutMs, signal };
}

function closed(address: string): SignalboxError {
  return new SignalboxError('LINK_COMMUNICATION', `${address} was closed`, {
    details: { address },
  });
}
