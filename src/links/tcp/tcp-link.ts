import { SignalboxError } from '../../kernel/index.ts';
import { DuplexConnection } from '../duplex-connection.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import { connectSocket } from './connect-socket.ts';

export interface TcpLinkOptions {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
}

/** A TCP connection to an instrument or a serial server. */
export class TcpLink implements Link {
  readonly kind = 'stream';
  readonly address: string;
  readonly #options: TcpLinkOptions;
  readonly #life = new AbortController();
  #connection: DuplexConnection | undefined;

  /** @param address how errors name it, where it carries another protocol. @default `tcp://host:port` */
  constructor(options: TcpLinkOptions, address: string = tcpAddress(options)) {
    this.#options = options;
    this.address = address;
  }

  async open(signal: AbortSignal): Promise<void> {
    const { address } = this;
    const socket = await connectSocket({
      ...this.#options,
      address,
      signals: [this.#life.signal, signal],
    });
    if (this.#life.signal.aborted) {
      socket.destroy();
      throw this.#notOpen();
    }
    this.#connection = new DuplexConnection(socket, {
      address,
      medium: 'network',
      whenFull: 'pause',
    });
  }

  write(
    data: Uint8Array,
    options: { end: boolean; signal: AbortSignal },
  ): Promise<void> | undefined {
    if (this.#connection === undefined) return Promise.reject(this.#notOpen());
    return this.#connection.write(data, options.signal);
  }

  read(signal: AbortSignal): Promise<Chunk> {
    return this.#connection?.read(signal) ?? Promise.reject(this.#notOpen());
  }

  async close(): Promise<void> {
    this.#life.abort(this.#notOpen());
    await this.#connection?.close();
  }

  #notOpen(): SignalboxError {
    return new SignalboxError('LINK_COMMUNICATION', `${this.address} is not open`, {
      details: { address: this.address },
    });
  }
}

/** A fresh connection for each (re)opening. */
export function tcpLinkFactory(options: TcpLinkOptions): LinkFactory {
  return { address: tcpAddress(options), kind: 'stream', create: () => new TcpLink(options) };
}

function tcpAddress({ host, port }: TcpLinkOptions): string {
  return `tcp://${host}:${port}`;
}
