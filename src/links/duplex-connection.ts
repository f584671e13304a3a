import type { Duplex } from 'node:stream';
import { cancellationError, raceAbort, SignalboxError } from '../kernel/index.ts';
import { classifyLinkError } from './link-error.ts';
import type { LinkMedium } from './link-error.ts';
import type { Chunk } from './link.ts';
import { receivedBytesMost, ReceiveBuffer } from './receive-buffer.ts';

/** What a connection needs to know of its stream. */
export interface DuplexConnectionOptions {
  readonly address: string;
  readonly medium: LinkMedium;
  /**
   * What to do when {@link receivedBytesMost} wait to be read. `pause` stops reading, where the
   * other side then waits (TCP). `fail` ends the connection with LINK_PROTOCOL, where it does not:
   * the driver would lose bytes without a word, so a line that talks on its own is better reported.
   */
  readonly whenFull: 'pause' | 'fail';
}

/** An open stream of Node as a link reads, writes and closes it. */
export class DuplexConnection {
  readonly #stream: Duplex;
  readonly #options: DuplexConnectionOptions;
  readonly #received: ReceiveBuffer;
  readonly #closed = Promise.withResolvers<void>();
  #failure: SignalboxError | undefined;

  constructor(stream: Duplex, options: DuplexConnectionOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#received = new ReceiveBuffer(options.address);
    stream.on('data', (data: Uint8Array) => this.#receive(data));
    stream.on('error', (error) =>
      this.#fail(classifyLinkError(error, options.address, options.medium)),
    );
    stream.on('end', () => this.#fail(this.#gone()));
    stream.on('close', () => {
      this.#fail(this.#gone());
      this.#closed.resolve();
    });
  }

  /** @throws LINK_USB, LINK_COMMUNICATION, LINK_PROTOCOL, CANCELLED */
  read(signal: AbortSignal): Promise<Chunk> {
    // What waits is taken at once, so there is room again.
    const chunk = this.#received.read(signal);
    const hasRoom = this.#received.bytes < receivedBytesMost;
    if (hasRoom && this.#stream.isPaused() && this.#failure === undefined) this.#stream.resume();
    return chunk;
  }

  /**
   * Resolves when the operating system has taken the bytes; undefined when it has done so at once. A
   * write that is cancelled before that ends the connection, because nobody knows how much of it has
   * gone. Rejects with LINK_USB, LINK_COMMUNICATION, CANCELLED.
   */
  write(data: Uint8Array, signal: AbortSignal): Promise<void> | undefined {
    const { address, medium } = this.#options;
    if (signal.aborted) return Promise.reject(cancellationError(signal, `a write to ${address}`));
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    let settle: ((error: Error | null | undefined) => void) | undefined;
    this.#stream.write(data, (error) => settle?.(error));
    // As good as always: nothing has to wait for the event loop then.
    if (this.#stream.writableLength === 0 && this.#stream.errored === null) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    settle = (error) => {
      if (error === null || error === undefined) resolve();
      else reject(this.#failure ?? classifyLinkError(error, address, medium));
    };
    return this.#untilWritten(promise, signal);
  }

  async #untilWritten(written: Promise<void>, signal: AbortSignal): Promise<void> {
    const { address } = this.#options;
    try {
      await raceAbort(written, signal, `a write to ${address}`);
    } catch (error) {
      // Cancelled: the write's own end has no one to tell any more.
      written.catch(() => {});
      this.#fail(
        new SignalboxError(
          'LINK_COMMUNICATION',
          `${address} was closed after an unfinished write`,
          {
            details: { address },
            cause: error,
          },
        ),
      );
      throw error;
    }
  }

  /** Ends the pending read and gives the descriptor back. Never throws. */
  async close(): Promise<void> {
    const { address } = this.#options;
    this.#received.clear();
    this.#fail(
      new SignalboxError('LINK_COMMUNICATION', `${address} was closed`, { details: { address } }),
    );
    await this.#closed.promise;
  }

  #receive(data: Uint8Array): void {
    const { address, whenFull } = this.#options;
    this.#received.push(data);
    if (this.#received.bytes < receivedBytesMost) return;
    if (whenFull === 'pause') {
      this.#stream.pause();
      return;
    }
    this.#received.clear();
    this.#fail(
      new SignalboxError(
        'LINK_PROTOCOL',
        `${address} sent ${receivedBytesMost} bytes that nobody asked for`,
        { details: { address, receivedBytesMost } },
      ),
    );
  }

  #fail(error: SignalboxError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#received.fail(error);
    this.#stream.destroy();
  }

  #gone(): SignalboxError {
    const { address, medium } = this.#options;
    return medium === 'device'
      ? new SignalboxError('LINK_USB', `${address} went away: it was unplugged or hung up`, {
          details: { address },
        })
      : new SignalboxError('LINK_COMMUNICATION', `${address} closed the connection`, {
          details: { address },
        });
  }
}
