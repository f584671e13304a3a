import type { Socket } from 'node:net';
import type { Clock } from '../../kernel/index.ts';
import { encodeHislip, encodeHislipData, HislipMessageReader } from '../../protocols/index.ts';
import type { HislipData, HislipEvent, HislipMessage } from '../../protocols/index.ts';

/** A client that was told of a fatal error has so long to hear of it. */
const lingerMs = 1_000;

/** So much of a response goes out before the client has read it. */
export const sentAheadBytesMost = 262_144;

/** So many bytes wait to be read by a client that asks and asks, and reads no answers. */
export const toldUnreadMost = 1_048_576;
/** A piece up to this length goes out in one with its header; a longer one is not copied. */
const joinedBytesMost = 4_096;

/** Hears what came; a promise has the next wait until it is done. Must not fail. */
export type HearHislip<More extends unknown[] = []> = (
  event: HislipEvent,
  ...more: More
) => Promise<void> | undefined;

/** One of the two connections of a session. What comes is heard in turn, one thing after the other. */
export class HislipConnection {
  readonly socket: Socket;
  readonly #reader: HislipMessageReader = new HislipMessageReader({ from: 'client' });
  readonly #hear: HearHislip;
  readonly #clock: Clock;
  /** What came and was not looked at: the client is made to wait with one more. */
  readonly #waiting: Uint8Array[] = [];
  #isHearing = false;
  #isEnding = false;
  /** Made when a piece waits until the client has read, or has gone. */
  #room: PromiseWithResolvers<void> | undefined;

  /** @param hear told of each event */
  constructor(socket: Socket, clock: Clock, hear: HearHislip) {
    this.socket = socket;
    this.#clock = clock;
    this.#hear = hear;
    socket.on('data', (chunk: Uint8Array) => this.#take(chunk));
    socket.on('drain', () => this.#makeRoom());
    socket.on('close', () => this.#makeRoom());
    // `close` follows.
    socket.on('error', () => socket.destroy());
  }

  /** One that leaves so much of what it is told unread is cut off: {@link toldUnreadMost}. */
  say(message: HislipMessage): void {
    const { socket } = this;
    if (!socket.writable) return;
    socket.write(encodeHislip(message));
    if (socket.writableLength > toldUnreadMost) socket.destroy();
  }

  /** Sends a piece of a response. @returns until when the client takes no more, if it does not */
  send(
    head: Omit<HislipData, 'rmtDelivered' | 'payloadBytes'>,
    piece: Uint8Array,
  ): Promise<void> | undefined {
    const { socket } = this;
    if (!socket.writable) return undefined;
    const data = { ...head, rmtDelivered: false, payloadBytes: piece.length };
    const header = encodeHislipData(data);
    if (piece.length <= joinedBytesMost) socket.write(Buffer.concat([header, piece]));
    else {
      socket.cork();
      // Out of Node's pool: so small a thing is not to have memory of its own.
      socket.write(Buffer.from(header));
      socket.write(piece);
      socket.uncork();
    }
    if (socket.writableLength < sentAheadBytesMost || socket.destroyed) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** Says why, and ends it; one who does not hear is cut off. What is said after the first time is dropped. */
  end(message: HislipMessage): void {
    const { socket } = this;
    if (socket.destroyed || this.#isEnding) return;
    this.#isEnding = true;
    if (socket.writable) socket.end(encodeHislip(message));
    const timer = this.#clock.schedule(lingerMs, () => socket.destroy());
    socket.once('close', () => timer.cancel());
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }

  /** What comes while something is being heard waits, and the client with more of it as well. */
  #take(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    if (this.#isHearing) this.socket.pause();
    else void this.#hearAll();
  }

  async #hearAll(): Promise<void> {
    this.#isHearing = true;
    for (let chunk = this.#waiting.shift(); chunk !== undefined; chunk = this.#waiting.shift()) {
      for (const event of this.#reader.push(chunk)) {
        const heard = this.#hear(event);
        if (heard !== undefined) await heard;
      }
    }
    this.#isHearing = false;
    if (this.socket.isPaused() && !this.socket.destroyed) this.socket.resume();
  }
}
