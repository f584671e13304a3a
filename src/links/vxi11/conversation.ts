import { lifeController, raceAbort, SignalboxError, hasCode } from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import { vxi11Errors } from '../../protocols/index.ts';
import type { Vxi11ReadResult } from '../../protocols/index.ts';
import { BoundedWait } from '../bounded-wait.ts';
import type { Chunk } from '../link.ts';
import { MessageBuffer } from '../message-buffer.ts';
import { vxi11GraceMs, vxi11RequestBytes } from './vxi11-session.ts';
import type { Vxi11Session } from './vxi11-session.ts';

/**
 * A device_read that nobody waits for any more is answered within so long of its abort, or the link ends:
 * it would take the next response.
 */
export const vxi11SettlingMs = 2_000;

/**
 * All that one write or device clear waits for, from settling to its last call, takes no longer. Less than
 * a port waits for a write, which would not know why it does not end.
 */
export const vxi11WriteMs = 4_500;

/** The longest that fits into a call. */
const ioTimeoutMostMs = 0xff_ff_ff_ff;

/** One asking for a response, which takes one device_read or several. */
interface Asking {
  readonly timeoutMs: number;
  isOver: boolean;
  /** Some of the response went to the reader, or waits for it. */
  hasGiven: boolean;
  late: Timer | undefined;
}

export interface ConversationOptions {
  readonly address: string;
  readonly clock: Clock;
  readonly session: Vxi11Session;
  /** Ends the link. */
  readonly fail: (error: SignalboxError) => void;
}

/**
 * Messages to the instrument and its responses, one after the other. The server does not say which
 * message a response answers, so nothing of one that was given up may be left when the next message
 * goes out: its device_read is aborted and its answer waited for, and when the response itself may still
 * come, or some of it was taken, the device is cleared first. VXI-11, sections B.6.3 to B.6.6.
 */
export class Vxi11Conversation {
  readonly #options: ConversationOptions;
  readonly #life = lifeController();
  readonly #buffer: MessageBuffer;
  #asking: Asking | undefined;
  /** A device_read whose answer has not come. Never rejects. */
  #outstanding: Promise<void> | undefined;
  /** A message has gone out, or some of one, and its response was not read to its end. */
  #hasWritten = false;
  /**
   * What there may be at the instrument that belongs to nobody: a response that was asked for and did not
   * come or not to its end, or the rest of one (or of a message) whose beginning is lost.
   */
  #left: 'nothing' | 'response' | 'rest' = 'nothing';
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#buffer = new MessageBuffer(options.address);
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    return await this.#buffer.read(signal);
  }

  /** Asks for a response; one that is asked for already goes to nobody. */
  ask(askedMs: number): void {
    this.#abandon();
    const timeoutMs = Math.min(Math.max(Math.ceil(askedMs), 0), ioTimeoutMostMs);
    const asking: Asking = { timeoutMs, isOver: false, hasGiven: false, late: undefined };
    this.#asking = asking;
    const asked = this.#inTurn(async () => {
      await this.#settle();
      if (this.#left === 'rest') await this.#clearDevice();
      if (asking.isOver) return;
      if (this.#hasWritten) this.#left = 'response';
      this.#request(asking);
    });
    asked.catch((error: unknown) => this.#fail(error));
  }

  /** @throws the device's error; CANCELLED and what else a call throws, which end the link */
  async write(data: Uint8Array, end: boolean, signal: AbortSignal): Promise<void> {
    this.#abandon();
    // In IEEE 488.2 a response that is not read ends with the next message: 6.3.1.7.
    this.#buffer.clear();
    const written = this.#inTurn(async () => {
      await this.#settle();
      if (this.#left !== 'nothing') await this.#clearDevice();
      await this.#write(data, end);
    });
    await this.#endOnFailure(written, signal, `a write to ${this.#options.address}`);
  }

  /** @throws the device's error; CANCELLED and what else a call throws, which end the link */
  async clear(signal: AbortSignal): Promise<void> {
    this.#abandon();
    this.#buffer.clear();
    const cleared = this.#inTurn(async () => {
      await this.#settle();
      await this.#options.session.carryOut('clear');
      this.#nothingIsLeft();
    });
    await this.#endOnFailure(cleared, signal, `a device clear of ${this.#options.address}`);
  }

  /** Nothing more is read; what has come still is. */
  end(error: SignalboxError): void {
    this.#asking?.late?.cancel();
    this.#buffer.fail(error);
    this.#life.abort(error);
  }

  /** The same, and what has come goes to nobody. */
  close(error: SignalboxError): void {
    this.#buffer.clear();
    this.#abandon();
    this.end(error);
  }

  /** Takes the link away from the server, where it still answers. Never rejects. */
  async leave(timeoutMs: number): Promise<void> {
    const { session } = this.#options;
    const { signal } = new AbortController();
    // A server that does one thing after the other would not hear of it before.
    if (this.#outstanding !== undefined) await session.abort({ timeoutMs, signal }).catch(() => {});
    await session.destroy(timeoutMs).catch(() => {});
  }

  /** Waits until no device_read is under way. @throws LINK_TIMEOUT, what ended the link */
  async #settle(): Promise<void> {
    if (this.#outstanding === undefined) return;
    const { address, clock, session } = this.#options;
    const timeoutMs = vxi11SettlingMs;
    const signals = [this.#life.signal];
    const what = `a device_read of ${address}`;
    const late = (): SignalboxError =>
      new SignalboxError('LINK_TIMEOUT', `${address} answered neither ${what} nor its abort`, {
        details: { address, timeoutMs },
      });
    using wait = new BoundedWait({ clock, timeoutMs, signals, what, late });
    // Also when its answer comes first: an abort that is late would hit what comes next.
    const aborted = session.abort({ timeoutMs, signal: wait.signal });
    // Without an abort channel the answer comes at its own timeout.
    const both = Promise.all([this.#outstanding, aborted.catch(() => {})]);
    await raceAbort(both, wait.signal, what);
  }

  #abandon(): void {
    const asking = this.#asking;
    if (asking === undefined || asking.isOver) return;
    this.#end(asking);
    if (!asking.hasGiven) return;
    this.#left = 'rest';
    this.#buffer.clear();
  }

  #end(asking: Asking): void {
    asking.isOver = true;
    asking.late?.cancel();
  }

  #request(asking: Asking): void {
    if (asking.isOver || this.#life.signal.aborted) return;
    const { clock, session } = this.#options;
    const { timeoutMs } = asking;
    // The asking ends quietly also where the server does not answer.
    asking.late = clock.schedule(timeoutMs + vxi11GraceMs, () => this.#end(asking));
    this.#outstanding = this.#hear(asking, session.read(timeoutMs));
  }

  async #hear(asking: Asking, reply: Promise<Vxi11ReadResult>): Promise<void> {
    try {
      const result = await reply;
      this.#outstanding = undefined;
      asking.late?.cancel();
      this.#take(asking, result);
    } catch (error) {
      this.#fail(error);
    }
  }

  #take(asking: Asking, { error, reason, data }: Vxi11ReadResult): void {
    const { address, session } = this.#options;
    if (data.length > vxi11RequestBytes) {
      const text = `${address}: ${data.length} bytes where ${vxi11RequestBytes} were asked for`;
      throw new SignalboxError('LINK_PROTOCOL', text, { details: { address } });
    }
    if (reason.end) this.#nothingIsLeft();
    else if (data.length > 0) this.#left = asking.isOver ? 'rest' : 'response';
    if (asking.isOver) return;
    asking.hasGiven ||= data.length > 0;
    if (data.length > 0 || reason.end) this.#buffer.push(data, reason.end);
    const { none, ioTimeout, invalidLink } = vxi11Errors;
    if (error === invalidLink) throw session.errorOf(error, 'read');
    if (error !== none && error !== ioTimeout) this.#buffer.refuse(session.errorOf(error, 'read'));
    if (reason.end || error !== none || data.length === 0) this.#end(asking);
    else void this.#requestWhenThereIsRoom(asking);
  }

  async #requestWhenThereIsRoom(asking: Asking): Promise<void> {
    await this.#buffer.room();
    this.#request(asking);
  }

  async #write(data: Uint8Array, end: boolean): Promise<void> {
    const { address, session } = this.#options;
    this.#hasWritten = true;
    let written = 0;
    do {
      const piece = data.subarray(written, written + session.writeBytesMost);
      const isLast = written + piece.length === data.length;
      const { error, size } = await session.write(piece, end && isLast);
      if (error !== vxi11Errors.none) {
        // What it took of the message must not become the beginning of the next one.
        if (written + size > 0) this.#left = 'rest';
        throw session.errorOf(error, 'write');
      }
      if (size > piece.length || (size === 0 && piece.length > 0)) {
        const text = `${address}: the server took ${size} of ${piece.length} bytes`;
        throw new SignalboxError('LINK_PROTOCOL', text, { details: { address } });
      }
      written += size;
    } while (written < data.length);
  }

  /** An instrument that knows no device clear forgets a response with the next message. */
  async #clearDevice(): Promise<void> {
    try {
      await this.#options.session.carryOut('clear');
    } catch (error) {
      if (!hasCode(error, 'INSTRUMENT_ERROR')) throw error;
    }
    this.#nothingIsLeft();
  }

  #nothingIsLeft(): void {
    this.#left = 'nothing';
    this.#hasWritten = false;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const before = this.#turn;
    const done = (async () => {
      await before;
      await work();
    })();
    this.#turn = done.catch(() => {});
    return done;
  }

  /** A device's own error leaves the link as good as it was. */
  async #endOnFailure(done: Promise<void>, signal: AbortSignal, what: string): Promise<void> {
    const { address, clock } = this.#options;
    const timeoutMs = vxi11WriteMs;
    const late = (): SignalboxError =>
      new SignalboxError('LINK_TIMEOUT', `${what} has not ended within ${timeoutMs} ms`, {
        details: { address, timeoutMs },
      });
    using wait = new BoundedWait({ clock, timeoutMs, signals: [signal], what, late });
    try {
      await raceAbort(done, wait.signal, what);
    } catch (error) {
      const isDevices = error instanceof SignalboxError && 'vxi11Error' in error.details;
      if (!isDevices || error.details['vxi11Error'] === vxi11Errors.invalidLink) this.#fail(error);
      throw error;
    }
  }

  #fail(error: unknown): void {
    const { address, fail } = this.#options;
    if (this.#life.signal.aborted) return;
    if (error instanceof SignalboxError && !hasCode(error, 'CANCELLED')) {
      fail(error);
      return;
    }
    const text = `${address} was closed after an unfinished call`;
    fail(new SignalboxError('LINK_COMMUNICATION', text, { details: { address }, cause: error }));
  }
}
