import type { Socket } from 'node:net';
import type { SignalboxError } from '../../kernel/index.ts';
import { encodeHislip, encodeHislipData, HislipMessageReader } from '../../protocols/index.ts';
import type {
  HislipChannel,
  HislipData,
  HislipEvent,
  HislipMessage,
} from '../../protocols/index.ts';
import { classifyLinkError } from '../link-error.ts';

/** Who hears what the server sends on a connection. */
export interface HislipEar {
  /** All that one chunk of bytes brought. */
  hear(channel: HislipChannel, events: readonly HislipEvent[]): void;
  /** The connection has ended; `error` when it did so with one. Told once or more. */
  ended(error: SignalboxError | undefined): void;
}

/** One of the two connections of a session. IVI-6.1, section 2.2. */
export class HislipSocket {
  readonly #socket: Socket;
  readonly #closed = Promise.withResolvers<void>();

  constructor(socket: Socket, channel: HislipChannel, address: string, ear: HislipEar) {
    this.#socket = socket;
    const reader = new HislipMessageReader({ from: 'server', channel });
    socket.on('data', (chunk: Uint8Array) => ear.hear(channel, reader.push(chunk)));
    socket.on('error', (error) => ear.ended(classifyLinkError(error, address, 'network')));
    socket.on('end', () => ear.ended(undefined));
    socket.on('close', () => {
      ear.ended(undefined);
      this.#closed.resolve();
    });
  }

  /** Sends a short message, without waiting. */
  say(message: HislipMessage): void {
    if (this.#socket.writable) this.#socket.write(encodeHislip(message));
  }

  /** The same, unless the server has not taken what was said before: then it would only pile up. */
  complain(message: HislipMessage): void {
    if (!this.#socket.writableNeedDrain) this.say(message);
  }

  /**
   * Sends a Data or DataEnd, whose bytes are not copied. Resolves when the operating system has them.
   * @throws what the stream failed with
   */
  async send(head: Omit<HislipData, 'payloadBytes'>, payload: Uint8Array): Promise<void> {
    const socket = this.#socket;
    const sent = Promise.withResolvers<void>();
    socket.cork();
    socket.write(encodeHislipData({ ...head, payloadBytes: payload.length }));
    socket.write(payload, (error) => {
      if (error === null || error === undefined) sent.resolve();
      else sent.reject(error);
    });
    socket.uncork();
    await sent.promise;
  }

  /** Leaves what comes in the operating system, so that the server waits. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (this.#socket.isPaused() && !this.#socket.destroyed) this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Gives the connection back; resolves when that is done. */
  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#closed.promise;
  }
}
