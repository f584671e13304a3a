import { isIPv4 } from 'node:net';
import { Emitter, plainAddress, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { visaDefaults, vxi11Errors } from '../../protocols/index.ts';
import type { RemoteLocal } from '../../protocols/index.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import { Vxi11Conversation } from './conversation.ts';
import { InterruptListener } from './interrupt-listener.ts';
import { Vxi11Session } from './vxi11-session.ts';

/** A server has so long to take the link back, when it is closed. */
export const vxi11ClosingMs = 1_000;

/** Which of the two that VXI-11 knows is asked for. */
const isRemote: Readonly<Record<RemoteLocal, boolean>> = {
  'disable-remote': false,
  'enable-remote': true,
  'disable-remote-and-go-to-local': false,
  'go-to-remote': true,
  'lock-out-local': true,
  'go-to-remote-and-lock-out-local': true,
  'go-to-local': false,
};

export interface Vxi11LinkOptions {
  /** Name or address. */
  readonly host: string;
  /** Which of the host's devices. @default 'inst0' */
  readonly device?: string;
  /** Of the core channel. @default what the portmapper of the host says */
  readonly port?: number;
  /** Where the portmapper listens. @default 111 */
  readonly portmapperPort?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

interface OpenLink {
  readonly session: Vxi11Session;
  readonly conversation: Vxi11Conversation;
}

/**
 * An instrument that speaks VXI-11, as VISA's `TCPIP::host::inst0::INSTR`.
 *
 * It says nothing until `askForReply` asks for it. What answers an asking that was given up goes to
 * nobody: before the next message its device_read is aborted, and the device is cleared when its
 * response may still come. An asking that follows without a message goes on with the same response. A
 * lock of another program is waited for `vxi11LockTimeoutMs`, then it is PORT_BUSY. The device's errors fail one `read` or `write`
 * and carry `vxi11Error`; the link goes on, but for an invalid link.
 */
export class Vxi11Link implements Link {
  readonly kind = 'message';
  readonly address: string;
  readonly #options: Vxi11LinkOptions;
  /** Aborts with the error that ends the link. */
  readonly #life = new AbortController();
  readonly #events = new Emitter<{ serviceRequest: undefined }>();
  #open: OpenLink | undefined;
  #interrupts: Promise<InterruptListener | undefined> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: Vxi11LinkOptions) {
    this.#options = options;
    this.address = addressOf(options);
  }

  /** @throws LINK_COMMUNICATION, LINK_PROTOCOL, LINK_TIMEOUT, PORT_ABSENT, PORT_BUSY, CANCELLED */
  async open(signal: AbortSignal): Promise<void> {
    const { address } = this;
    const { host, port, portmapperPort, device = visaDefaults.device } = this.#options;
    const { clock = systemClock } = this.#options;
    const mapper = portmapperPort === undefined ? {} : { portmapperPort };
    const session = await Vxi11Session.open(
      { address, host, port, device, clock, ...mapper },
      [this.#life.signal, signal],
      (error) => this.#fail(error),
    );
    const fail = (error: SignalboxError): void => this.#fail(error);
    const conversation = new Vxi11Conversation({ address, clock, session, fail });
    if (this.#life.signal.aborted) {
      await session.close(this.#closed());
      throw this.#life.signal.reason;
    }
    this.#open = { session, conversation };
    if (this.#events.has('serviceRequest')) this.#listen(session);
  }

  /** In pieces no longer than the server takes. One that is taken back ends the link. */
  async write(data: Uint8Array, options: { end: boolean; signal: AbortSignal }): Promise<void> {
    await this.#opened().conversation.write(data, options.end, options.signal);
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    return await this.#opened().conversation.read(signal);
  }

  askForReply(timeoutMs: number): void {
    this.#open?.conversation.ask(timeoutMs);
  }

  /** B.6.8. @throws INSTRUMENT_ERROR where the device knows no clear */
  async clear(signal: AbortSignal): Promise<void> {
    await this.#opened().conversation.clear(signal);
  }

  /** B.6.7. @throws the device's error, LINK_TIMEOUT, CANCELLED */
  async trigger(signal: AbortSignal): Promise<void> {
    await this.#opened().session.carryOut('trigger', signal);
  }

  /** B.6.5. @throws the device's error, LINK_TIMEOUT, CANCELLED */
  async readStatusByte(signal: AbortSignal): Promise<number> {
    return await this.#opened().session.readStatusByte(signal);
  }

  /**
   * B.6.9 and B.6.10, which know remote and local, and neither REN nor a lockout by themselves.
   * @throws the device's error, LINK_TIMEOUT, CANCELLED
   */
  async setRemote(request: RemoteLocal, signal: AbortSignal): Promise<void> {
    await this.#opened().session.carryOut(isRemote[request] ? 'remote' : 'local', signal);
  }

  /**
   * The first listener opens an interrupt channel. Where the instrument has none, or is reached over
   * IPv6, which VXI-11 cannot name, there are no service requests. May be called before the link is open.
   */
  onServiceRequest(listener: () => void): Disposable {
    const leave = this.#events.on('serviceRequest', listener);
    if (this.#open !== undefined) this.#listen(this.#open.session);
    return leave;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    const wasAlive = !this.#life.signal.aborted;
    this.#life.abort(this.#closed());
    const open = this.#open;
    open?.conversation.close(this.#closed());
    if (wasAlive) await open?.conversation.leave(vxi11ClosingMs);
    await open?.session.close(this.#closed());
    await (await this.#interrupts)?.close();
  }

  #fail(error: SignalboxError): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort(error);
    this.#open?.conversation.end(error);
    void this.#open?.session.close(error);
  }

  #listen(session: Vxi11Session): void {
    this.#interrupts ??= this.#openInterrupts(session);
  }

  /** Never rejects: an instrument without service requests is as good as before. */
  async #openInterrupts(session: Vxi11Session): Promise<InterruptListener | undefined> {
    const { own, server } = session.addresses;
    if (!isIPv4(plainAddress(own))) return undefined;
    const requested = (): void => this.#events.emit('serviceRequest', undefined);
    let listener: InterruptListener | undefined;
    try {
      listener = await InterruptListener.open({ own: plainAddress(own), server, requested });
      const { channel, handle } = listener;
      const error = await session.enableServiceRequests(channel, handle);
      if (error === vxi11Errors.none) return listener;
    } catch {
      // The link is told by what it waits for, when it has ended.
    }
    await listener?.close();
    return undefined;
  }

  #opened(): OpenLink {
    if (this.#open !== undefined) return this.#open;
    const { address } = this;
    throw new SignalboxError('LINK_COMMUNICATION', `${address} is not open`, {
      details: { address },
    });
  }

  #closed(): SignalboxError {
    const { address } = this;
    return new SignalboxError('LINK_COMMUNICATION', `${address} was closed`, {
      details: { address },
    });
  }
}

/** A fresh link for each (re)opening. */
export function vxi11LinkFactory(options: Vxi11LinkOptions): LinkFactory {
  return { kind: 'message', address: addressOf(options), create: () => new Vxi11Link(options) };
}

function addressOf({ host, device = visaDefaults.device }: Vxi11LinkOptions): string {
  return `TCPIP::${host.includes(':') ? `[${host}]` : host}::${device}::INSTR`;
}
