import { connect } from 'node:net';
import type { Socket } from 'node:net';
import {
  cancellationError,
  onAbort,
  SignalboxError,
  throwIfCancelled,
} from '../../kernel/index.ts';
import { DuplexConnection } from '../duplex-connection.ts';
import { classifyLinkError } from '../link-error.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';

/** A connection that is silent for so long is asked whether the other side is still there. */
export const keepAliveMs = 30_000;

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
  #connection: DuplexConnection | undefined;
  #socket: Socket | undefined;
  #closed = false;

  /** @param address how errors name it, where it carries another protocol. @default `tcp://host:port` */
  constructor(options: TcpLinkOptions, address: string = tcpAddress(options)) {
    this.#options = options;
    this.address = address;
  }

  async open(signal: AbortSignal): Promise<void> {
    const what = `opening ${this.address}`;
    throwIfCancelled(signal, what);
    const { host, port } = this.#options;
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    socket.setKeepAlive(true, keepAliveMs);
    this.#socket = socket;
    const connected = Promise.withResolvers<void>();
    socket.once('connect', connected.resolve);
    socket.once('error', connected.reject);
    socket.once('close', () => connected.reject(this.#notOpen()));
    using _cancelled = onAbort(signal, () => connected.reject(cancellationError(signal, what)));
    try {
      await connected.promise;
      if (this.#closed) throw this.#notOpen();
    } catch (error) {
      socket.destroy();
      throw classifyLinkError(error, this.address, 'network');
    }
    this.#connection = new DuplexConnection(socket, {
      address: this.address,
      medium: 'network',
      whenFull: 'pause',
    });
  }

  async write(data: Uint8Array, options: { end: boolean; signal: AbortSignal }): Promise<void> {
    await this.#open().write(data, options.signal);
  }

  read(signal: AbortSignal): Promise<Chunk> {
    return this.#connection?.read(signal) ?? Promise.reject(this.#notOpen());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connection?.close();
    this.#socket?.destroy();
  }

  #open(): DuplexConnection {
    if (this.#connection === undefined) throw this.#notOpen();
    return this.#connection;
  }

  #notOpen(): SignalboxError {
    return new SignalboxError('LINK_COMMUNICATION', `${this.address} is not open`, {
      details: { address: this.address },
    });
  }
}

/** A fresh connection for each (re)opening. */
export function tcpLinkFactory(options: TcpLinkOptions): LinkFactory {
  return { address: tcpAddress(options), create: () => new TcpLink(options) };
}

function tcpAddress({ host, port }: TcpLinkOptions): string {
  return `tcp://${host}:${port}`;
}
