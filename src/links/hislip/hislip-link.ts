import { Emitter, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { hislipSubAddressDefault, visaDefaults } from '../../protocols/index.ts';
import type { RemoteLocal } from '../../protocols/index.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import type { HislipSession } from './hislip-session.ts';
import { openSession } from './open-session.ts';

export interface HislipLinkOptions {
  /** Name or address. */
  readonly host: string;
  /** @default 4880 */
  readonly port?: number;
  /** The sub-address: `hislip0`, or a name that the server has. @default 'hislip0' */
  readonly device?: string;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * An instrument that speaks HiSLIP 1.0, as VISA's `TCPIP::host::hislip0::INSTR`. IVI-6.1.
 *
 * A response is given piece by piece as it comes. In synchronized mode what answers an older message
 * is dropped. In overlap mode, which a server may prefer, responses do not say what they answer:
 * whoever gave one up calls `clear`, after which the session is in synchronized mode where the server
 * has it. An Error of the server fails one `read`, with INSTRUMENT_ERROR when it is the device's own
 * and LINK_PROTOCOL when it is one of the protocol's; the session goes on. A FatalError ends it.
 */
export class HislipLink implements Link {
  readonly kind = 'message';
  readonly address: string;
  readonly #options: HislipLinkOptions;
  readonly #life = new AbortController();
  readonly #events = new Emitter<{ serviceRequest: undefined }>();
  #session: HislipSession | undefined;

  constructor(options: HislipLinkOptions) {
    this.#options = options;
    this.address = addressOf(options);
  }

  /** @throws LINK_COMMUNICATION, LINK_PROTOCOL, LINK_TIMEOUT, INSTRUMENT_ERROR, CANCELLED */
  async open(signal: AbortSignal): Promise<void> {
    const { host, port = visaDefaults.hislipPort, clock = systemClock } = this.#options;
    const { device = hislipSubAddressDefault } = this.#options;
    const session = await openSession({
      address: this.address,
      host,
      port,
      device,
      clock,
      signals: [this.#life.signal, signal],
      requested: () => this.#events.emit('serviceRequest', undefined),
    });
    this.#session = session;
    // A server that prefers overlap mode agrees on synchronized mode at a device clear: there a response
    // says what it answers. IVI-6.1, section 6.12.
    if (session.isOverlap) await session.clear(signal);
    if (!this.#life.signal.aborted) return;
    await session.close(this.#closed());
    throw this.#closed();
  }

  /** In messages no longer than the server takes. One that is taken back ends the link. */
  async write(data: Uint8Array, options: { end: boolean; signal: AbortSignal }): Promise<void> {
    await this.#open().write(data, options.end, options.signal);
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    return await this.#open().read(signal);
  }

  /** One that fails or is taken back ends the link. IVI-6.1, section 6.12. */
  async clear(signal: AbortSignal): Promise<void> {
    await this.#open().clear(signal);
  }

  /** IVI-6.1, section 6.8. */
  async trigger(signal: AbortSignal): Promise<void> {
    await this.#open().trigger(signal);
  }

  /** IVI-6.1, section 6.14. @throws LINK_TIMEOUT and what `read` throws */
  async readStatusByte(signal: AbortSignal): Promise<number> {
    return await this.#open().readStatusByte(signal);
  }

  /** IVI-6.1, section 6.7. @throws LINK_TIMEOUT and what `read` throws */
  async setRemote(request: RemoteLocal, signal: AbortSignal): Promise<void> {
    await this.#open().setRemote(request, signal);
  }

  /** IVI-6.1, section 6.13. May be called before the link is open. */
  onServiceRequest(listener: () => void): Disposable {
    return this.#events.on('serviceRequest', listener);
  }

  async close(): Promise<void> {
    this.#life.abort(this.#closed());
    await this.#session?.close(this.#closed());
  }

  #open(): HislipSession {
    if (this.#session !== undefined) return this.#session;
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

/** A fresh session for each (re)opening. */
export function hislipLinkFactory(options: HislipLinkOptions): LinkFactory {
  return { address: addressOf(options), kind: 'message', create: () => new HislipLink(options) };
}

function addressOf(options: HislipLinkOptions): string {
  const { host, port = visaDefaults.hislipPort, device = hislipSubAddressDefault } = options;
  const name = host.includes(':') ? `[${host}]` : host;
  const suffix = port === visaDefaults.hislipPort ? '' : `,${port}`;
  return `TCPIP::${name}::${device}${suffix}::INSTR`;
}
