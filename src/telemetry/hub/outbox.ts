import { SignalboxError } from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';

/** So many bytes may wait for one client, what its connection has not yet taken included. */
export const clientBytesMost = 1_048_576;
/** A client that takes nothing for so long, while something waits for it, is cut off. */
export const takesNothingLongestMs = 10_000;
/** What only the newest of is sent goes out in pieces of about this size. */
const pieceBytes = 65_536;
/** What a message that is made only when it is sent counts for until then. */
const lateMessageBytes = 32;

/** A connection that takes bytes: a socket, or the answer of a request. */
export interface Outlet {
  /** Whether it wants to take no more now; `Outbox.drained()` is called when it does again. */
  readonly isFull: boolean;
  /** What it was given and has not passed on, as far as it knows. */
  readonly unsentBytes: number;
  /** Bytes may be shared by many connections: they are never changed. */
  write(bytes: Uint8Array): void;
}

export interface OutboxOptions {
  readonly outlet: Outlet;
  readonly clock: Clock;
  /** @default {@link clientBytesMost} */
  readonly bytesMost?: number;
  /** Told once, when the client has to be cut off. Nothing is written any more. */
  readonly cut: (reason: SignalboxError) => void;
}

type Message = Uint8Array | (() => Uint8Array);

/**
 * What goes out to one client, in bounded memory. While the client keeps up, all goes straight to its
 * connection; while it does not, messages wait in order, of what only the newest of matters only the
 * newest. A client for which too much waits, or that takes nothing, is cut off.
 */
export class Outbox {
  readonly #outlet: Outlet;
  readonly #clock: Clock;
  readonly #bytesMost: number;
  readonly #cut: (reason: SignalboxError) => void;
  #waiting: Message[] = [];
  #waitingBytes = 0;
  /** In the order in which they were first put here, so that a busy one starves no other. */
  readonly #newest = new Map<unknown, () => Uint8Array>();
  #writtenBytes = 0;
  #takenBytes = 0;
  #takenAtMs = 0;
  #watch: Timer | undefined;
  #isOver = false;

  constructor({ outlet, clock, bytesMost = clientBytesMost, cut }: OutboxOptions) {
    this.#outlet = outlet;
    this.#clock = clock;
    this.#bytesMost = bytesMost;
    this.#cut = cut;
  }

  /** Whether the client keeps up: nothing waits. */
  get isClear(): boolean {
    return this.#waiting.length === 0 && this.#newest.size === 0 && !this.#outlet.isFull;
  }

  /** What waits for the client, its connection included. */
  get waitingBytes(): number {
    return this.#waitingBytes + this.#outlet.unsentBytes;
  }

  /** How many bytes the client's connection has passed on. */
  get takenBytes(): number {
    return this.#writtenBytes - this.#outlet.unsentBytes;
  }

  /**
   * Sends a message, in order and whatever it takes; beyond the budget the client is cut off. A single
   * longer one is sent all the same when nothing waits.
   * @param message may be made when its turn comes
   */
  send(message: Message): void {
    if (this.#isOver) return;
    if (this.isClear) {
      this.#write(typeof message === 'function' ? message() : message);
      return;
    }
    const bytes = sizeOf(message);
    this.#noteTaken();
    if (this.waitingBytes + bytes > this.#bytesMost) {
      this.#end(`more than ${this.#bytesMost} bytes wait to be taken`);
      return;
    }
    this.#waiting.push(message);
    this.#waitingBytes += bytes;
    this.#keepWatch();
  }

  /** Sends what only the newest of is worth sending. @param make is called when its turn comes */
  sendNewest(key: unknown, make: () => Uint8Array): void {
    if (this.#isOver) return;
    if (this.isClear) {
      this.#write(make());
      return;
    }
    this.#noteTaken();
    this.#newest.set(key, make);
    this.#keepWatch();
  }

  /** The connection takes more again. */
  drained(): void {
    if (this.#isOver) return;
    this.#noteTaken();
    this.#sendWaiting();
    while (this.#newest.size > 0 && !this.#outlet.isFull) this.#write(this.#newestPiece());
  }

  /** Nothing is written any more. */
  end(): void {
    this.#isOver = true;
    this.#watch?.cancel();
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#newest.clear();
  }

  #sendWaiting(): void {
    let sent = 0;
    while (sent < this.#waiting.length && !this.#outlet.isFull) {
      const message = this.#waiting[sent] as Message;
      sent += 1;
      this.#waitingBytes -= sizeOf(message);
      this.#write(typeof message === 'function' ? message() : message);
    }
    this.#waiting.splice(0, sent);
  }

  #newestPiece(): Uint8Array {
    const frames: Uint8Array[] = [];
    let bytes = 0;
    for (const [key, make] of this.#newest) {
      this.#newest.delete(key);
      const frame = make();
      frames.push(frame);
      bytes += frame.length;
      if (bytes >= pieceBytes) break;
    }
    return frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames, bytes);
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#writtenBytes += bytes.length;
    this.#outlet.write(bytes);
    if (this.#outlet.unsentBytes === 0) return;
    if (this.#watch === undefined) this.#keepWatch();
    else this.#noteTaken();
  }

  #noteTaken(): void {
    const taken = this.takenBytes;
    if (taken <= this.#takenBytes) return;
    this.#takenBytes = taken;
    this.#takenAtMs = this.#clock.monotonic();
  }

  /** One timer, however often something is sent: it looks at when something was taken last. */
  #keepWatch(): void {
    if (this.#watch !== undefined || this.#isOver) return;
    this.#takenBytes = this.takenBytes;
    this.#takenAtMs = this.#clock.monotonic();
    this.#watch = this.#clock.schedule(takesNothingLongestMs, () => this.#look());
  }

  #look(): void {
    this.#watch = undefined;
    if (this.waitingBytes === 0 && this.isClear) return;
    this.#noteTaken();
    const leftMs = this.#takenAtMs + takesNothingLongestMs - this.#clock.monotonic();
    if (leftMs <= 0) this.#end(`nothing was taken for ${takesNothingLongestMs} ms`);
    else this.#watch = this.#clock.schedule(leftMs, () => this.#look());
  }

  #end(why: string): void {
    this.end();
    this.#cut(
      new SignalboxError('QUEUE_FULL', `${why}, so the connection was ended`, {
        nextStep: 'Connect again, and read what is sent as it comes.',
      }),
    );
  }
}

function sizeOf(message: Message): number {
  return typeof message === 'function' ? lateMessageBytes : message.length;
}
