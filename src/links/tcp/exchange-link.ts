import type { Socket } from 'node:net';
import { cancellationError, hasCode, onAbort, SignalboxError } from '../../kernel/index.ts';
import type { ReplyReader } from '../../protocols/index.ts';
import { classifyLinkError } from '../link-error.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import { connectSocket } from './connect-socket.ts';
import type { TcpLinkOptions } from './tcp-link.ts';

/**
 * A line to a server that takes one request a connection (cgminer): each opens one, which ends with the
 * reply. So a late reply has nowhere to come from, and the line itself is never broken.
 */
class ExchangeLink implements Link {
  readonly address: string;
  readonly kind = 'message';
  readonly #options: TcpLinkOptions;
  readonly #life = new AbortController();
  readonly #ended = Promise.withResolvers<never>();

  constructor(options: TcpLinkOptions, address: string) {
    this.#options = options;
    this.address = address;
    this.#ended.promise.catch(() => {});
  }

  async open(): Promise<void> {}

  async write(): Promise<void> {
    const text = `each request to ${this.address} has a connection of its own: it takes no bytes`;
    return await Promise.reject(new SignalboxError('INSTRUMENT_ERROR', text));
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    using _given = onAbort(signal, () => this.#ended.reject(signal.reason));
    return await this.#ended.promise;
  }

  async exchange<Reply>(
    request: Uint8Array,
    reader: ReplyReader<Reply>,
    signal: AbortSignal,
  ): Promise<Reply> {
    const socket = await this.#connect(signal);
    try {
      return await this.#converse(socket, request, reader, signal);
    } finally {
      socket.destroy();
    }
  }

  async close(): Promise<void> {
    const reason = new SignalboxError('CLOSED', `${this.address} was closed`);
    this.#life.abort(reason);
    this.#ended.reject(reason);
  }

  async #connect(signal: AbortSignal): Promise<Socket> {
    const { address } = this;
    try {
      return await connectSocket({
        ...this.#options,
        address,
        signals: [this.#life.signal, signal],
      });
    } catch (error) {
      if (!hasCode(error, 'LINK_COMMUNICATION', 'LINK_TIMEOUT', 'PORT_ABSENT')) throw error;
      throw new SignalboxError(
        'INSTRUMENT_OFFLINE',
        `${address} cannot be reached: ${(error as SignalboxError).message}`,
        {
          details: { address, isSent: false, transient: true },
          nextStep: 'Check the power of the device, the network, and that its API is switched on.',
          cause: error,
        },
      );
    }
  }

  async #converse<Reply>(
    socket: Socket,
    request: Uint8Array,
    reader: ReplyReader<Reply>,
    signal: AbortSignal,
  ): Promise<Reply> {
    const { address } = this;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const take = (data: Uint8Array, end: boolean): void => {
      const progress = reader.push(data, end);
      if (progress.kind === 'done') resolve(progress.reply);
      else if (progress.kind === 'refused') reject(progress.error);
      else if (progress.kind !== 'more') reject(malformed(address, progress.reason));
      else if (end) reject(malformed(address, 'it has no end'));
    };
    let isAnswered = false;
    socket.on('data', (data) => {
      isAnswered = true;
      take(data, false);
    });
    socket.once('end', () => {
      // Who says nothing at all and goes is on its way down, and no worse at speaking than before.
      if (isAnswered) take(new Uint8Array(), true);
      else reject(closedSilently(address));
    });
    socket.once('error', (error) => reject(classifyLinkError(error, address, 'network')));
    socket.once('close', () => reject(closedSilently(address)));
    using _given = onAbort(signal, () => reject(cancellationError(signal, `asking ${address}`)));
    using _life = onAbort(this.#life.signal, () => reject(this.#life.signal.reason as Error));
    socket.write(request);
    return await promise;
  }
}

/** Makes lines to a server that takes one request a connection. */
export function exchangeLinkFactory(options: TcpLinkOptions): LinkFactory {
  const address = `tcp://${options.host}:${options.port}`;
  return { address, kind: 'message', create: () => new ExchangeLink(options, address) };
}

function malformed(address: string, reason: string): SignalboxError {
  return new SignalboxError('REPLY_MALFORMED', `malformed reply of ${address}: ${reason}`, {
    details: { address },
  });
}

function closedSilently(address: string): SignalboxError {
  return new SignalboxError(
    'LINK_COMMUNICATION',
    `${address} closed the connection without a reply`,
    { details: { address } },
  );
}
