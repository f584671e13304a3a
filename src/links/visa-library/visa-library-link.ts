import {
  Emitter,
  raceAbort,
  SignalboxError,
  systemClock,
  throwIfCancelled,
} from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { remoteLocalCodes } from '../../protocols/index.ts';
import type { RemoteLocal } from '../../protocols/index.ts';
import { HeldByte } from '../held-byte.ts';
import { classifyLinkError } from '../link-error.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import { MessageBuffer } from '../message-buffer.ts';
import { Turns } from '../turns.ts';
import { callSlots } from './call-slots.ts';
import type { Slot } from './call-slots.ts';
import { visaAttributes, visaStatus } from './codes.ts';
import { loadVisaLibrary } from './load-visa-library.ts';
import { VisaSession } from './visa-session.ts';

/** How long an instrument may take to take bytes, a command of the bus, or to be opened. */
export const visaOperationMs = 4_000;

/** A wait for a reply is made of calls that are no longer, since a call cannot be taken back. */
export const visaReadMsMost = 2_000;

/** The same in the last place for calls, shared with the others that wait for it; and the least. */
export const visaSharedReadMs = 400;
const sharedReadMsLeast = 20;

/** A call that has not come back so long after its link was closed is abandoned. */
export const visaClosingMs = 6_000;

const readBytes = 65_536;
const writeBytesMost = 262_144;

export interface VisaLibraryLinkOptions {
  /** The resource name as the library knows it: `GPIB0::9::INSTR`, `USB0::…`, an alias. */
  readonly resource: string;
  /** The library's file. @default the first of the usual names that this machine has */
  readonly libraryPath?: string;
  /** A byte that ends replies as well, for instruments that mark no end. @default none */
  readonly termChar?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

interface Asking {
  timeoutMs: number;
  isGivenUp: boolean;
}

/**
 * An instrument as a VISA library of another maker reaches it: GPIB cards, and what else has a driver
 * for VISA alone. Calls block in threads of their own; see {@link availableSlots} for how many.
 */
export class VisaLibraryLink implements Link {
  readonly kind = 'message';
  readonly address: string;
  readonly #options: VisaLibraryLinkOptions;
  readonly #clock: Clock;
  readonly #received: MessageBuffer;
  readonly #turns = new Turns();
  readonly #held = new HeldByte();
  readonly #events: Emitter<{ serviceRequest: void }> = new Emitter();
  #session: VisaSession | undefined;
  #isOpen = false;
  #asking: Asking | undefined;
  #failure: SignalboxError | undefined;
  readonly #life = new AbortController();
  #leaving: Promise<void> | undefined;

  constructor(options: VisaLibraryLinkOptions) {
    this.#options = options;
    this.address = options.resource;
    this.#clock = options.clock ?? systemClock;
    this.#received = new MessageBuffer(this.address);
  }

  async open(signal: AbortSignal): Promise<void> {
    const what = `opening ${this.address}`;
    throwIfCancelled(signal, what);
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await raceAbort(
        this.#turns.run(async () => await this.#openSession()),
        signal,
        what,
      );
      if (this.#failure !== undefined) throw this.#failure;
      this.#isOpen = true;
    } catch (error) {
      const failure = classifyLinkError(error, this.address);
      // What still opens is closed when it is open; who waits for this is not kept so long.
      void this.close();
      throw failure;
    }
  }

  /** What nobody has read of an earlier reply is gone with this. */
  async write(
    data: Uint8Array,
    { end, signal }: { end: boolean; signal: AbortSignal },
  ): Promise<void> {
    await this.#idle(signal);
    const now = this.#held.next(data, end);
    if (now.length === 0) return;
    const written = this.#turns.run(async () => await this.#writeAll(now, end));
    try {
      await raceAbort(written, signal, `a write to ${this.address}`);
    } catch (error) {
      const failure = classifyLinkError(error, this.address);
      // How much of it has gone is unknown.
      this.#fail(this.#gone('was closed after an unfinished write', failure));
      throw failure;
    }
  }

  read(signal: AbortSignal): Promise<Chunk> {
    if (!this.#isOpen) return Promise.reject(this.#failure ?? this.#gone('is not open'));
    return this.#received.read(signal);
  }

  /** An instrument that stops in the middle of a reply fails the link: what follows has no owner. */
  askForReply(timeoutMs: number): void {
    if (!this.#isOpen || this.#failure !== undefined) return;
    if (this.#asking !== undefined) {
      this.#asking.timeoutMs = timeoutMs;
      return;
    }
    const asking: Asking = { timeoutMs, isGivenUp: false };
    this.#asking = asking;
    void this.#turns.run(async () => {
      try {
        await this.#readReply(asking);
      } catch (error) {
        this.#fail(classifyLinkError(error, this.address));
      }
      if (this.#asking === asking) this.#asking = undefined;
    });
  }

  async clear(signal: AbortSignal): Promise<void> {
    await this.#operate('clearing', signal, async (session) => {
      this.#held.clear();
      await session.check('viClear', 'clearing');
    });
  }

  async trigger(signal: AbortSignal): Promise<void> {
    // VI_TRIG_PROT_DEFAULT.
    await this.#operate('triggering', signal, async (session) => {
      await session.check('viAssertTrigger', 'triggering', 0);
    });
  }

  async readStatusByte(signal: AbortSignal): Promise<number> {
    return await this.#operate('a status byte', signal, async (session) => {
      const status: [number] = [0];
      await session.check('viReadSTB', 'reading the status byte', status);
      return status[0] & 0xff;
    });
  }

  /** VPP-4.3, section 6.6. @throws INSTRUMENT_ERROR where the library cannot */
  async setRemote(request: RemoteLocal, signal: AbortSignal): Promise<void> {
    await this.#operate('remote control', signal, async (session) => {
      await session.check('viGpibControlREN', 'remote control', remoteLocalCodes[request]);
    });
  }

  /** Nothing is ever told where the library tells of no such events. */
  onServiceRequest(listener: () => void): Disposable {
    return this.#events.on('serviceRequest', listener);
  }

  /**
   * Waits for the call that is under way, at most {@link visaClosingMs}. A call that has not come back by
   * then is abandoned: until it does, opening the resource again says so; then its session is closed.
   */
  async close(): Promise<void> {
    this.#received.clear();
    this.#giveUpReply();
    this.#fail(this.#gone('was closed'));
    this.#life.abort(this.#failure);
    this.#leaving ??= this.#leave();
    const patience = Promise.withResolvers<void>();
    const timer = this.#clock.schedule(visaClosingMs, () => {
      callSlots.abandon(this.address);
      patience.resolve();
    });
    await Promise.race([this.#leaving, patience.promise]);
    timer.cancel();
  }

  /** Never rejects. */
  async #leave(): Promise<void> {
    await this.#turns.over();
    const session = this.#session;
    if (session === undefined) return;
    await callSlots
      .run({ resource: this.address }, async () => await session.close())
      .catch(() => {});
  }

  async #openSession(): Promise<void> {
    const { libraryPath, resource, termChar } = this.#options;
    const library = await loadVisaLibrary(libraryPath);
    const wish = { resource, isOpening: true, signal: this.#life.signal };
    await callSlots.run(wish, async () => {
      const session = await VisaSession.open(library, resource, visaOperationMs);
      this.#session = session;
      if (termChar !== undefined) {
        await session.set(visaAttributes.termChar, termChar);
        await session.set(visaAttributes.termCharEnabled, 1);
      }
      await session.hearServiceRequests(() => this.#events.emit('serviceRequest', undefined));
    });
  }

  /** One place for a call that may take its time and what belongs to it. */
  async #inSlot<T>(run: (session: VisaSession, slot: Slot) => Promise<T>): Promise<T> {
    const session = this.#known();
    const wish = { resource: this.address, signal: this.#life.signal };
    return await callSlots.run(wish, async (slot) => await run(session, slot));
  }

  async #writeAll(data: Uint8Array, end: boolean): Promise<void> {
    let at = 0;
    while (at < data.length) {
      const piece = data.subarray(at, at + writeBytesMost);
      const isLast = at + piece.length === data.length;
      const written: [number] = [0];
      await this.#inSlot(async (session) => {
        await session.set(visaAttributes.timeoutMs, visaOperationMs);
        await session.set(visaAttributes.sendEnd, end && isLast ? 1 : 0);
        await session.check('viWrite', 'a write', piece, piece.length, written);
      });
      if (written[0] === 0) throw this.#broken('took no byte and said that it had');
      at += written[0];
    }
  }

  async #readReply(asking: Asking): Promise<void> {
    const bytes = Buffer.alloc(readBytes);
    let heardMs = this.#clock.monotonic();
    let hasPart = false;
    for (;;) {
      const leftMs = asking.timeoutMs - (this.#clock.monotonic() - heardMs);
      if (asking.isGivenUp || leftMs <= 0) break;
      const count: [number] = [0];
      const status = await this.#inSlot(async (session, { kept }) => {
        if (asking.isGivenUp) return visaStatus.timeout;
        const sliceMs = Math.ceil(Math.min(leftMs, readMsWith(kept)));
        await session.set(visaAttributes.timeoutMs, sliceMs);
        const code = await session.call('viRead', bytes, readBytes, count);
        if (code !== visaStatus.timeout) await session.expect(code, 'a read');
        return code;
      });
      const isEnd = status === visaStatus.success || status === visaStatus.termChar;
      if (asking.isGivenUp) return;
      if (count[0] > 0) {
        hasPart = true;
        heardMs = this.#clock.monotonic();
      }
      this.#received.push(Uint8Array.from(bytes.subarray(0, count[0])), isEnd);
      if (isEnd) return;
      await this.#received.room();
    }
    if (hasPart && !asking.isGivenUp) throw this.#broken('stopped in the middle of a reply');
  }

  async #operate<T>(
    what: string,
    signal: AbortSignal,
    run: (session: VisaSession) => Promise<T>,
  ): Promise<T> {
    await this.#idle(signal);
    const inSlot = async (session: VisaSession): Promise<T> => {
      await session.set(visaAttributes.timeoutMs, visaOperationMs);
      return await run(session);
    };
    const operation = this.#turns.run(async () => await this.#inSlot(inSlot));
    return await raceAbort(operation, signal, `${what} of ${this.address}`);
  }

  async #idle(signal: AbortSignal): Promise<void> {
    const what = `a write to ${this.address}`;
    throwIfCancelled(signal, what);
    this.#giveUpReply();
    this.#received.clear();
    await this.#turns.over(signal, what);
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isOpen) throw this.#gone('is not open');
  }

  #giveUpReply(): void {
    if (this.#asking !== undefined) this.#asking.isGivenUp = true;
    this.#asking = undefined;
  }

  #known(): VisaSession {
    if (this.#session === undefined) throw this.#gone('is not open');
    return this.#session;
  }

  #fail(error: SignalboxError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#received.fail(error);
  }

  #broken(how: string): SignalboxError {
    return new SignalboxError('LINK_PROTOCOL', `${this.address} ${how}`, {
      details: { address: this.address },
      nextStep: 'Check the instrument and its cable; the port comes back by itself.',
    });
  }

  #gone(how: string, cause?: unknown): SignalboxError {
    const { address } = this;
    return new SignalboxError('LINK_COMMUNICATION', `${address} ${how}`, {
      details: { address },
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** How long one read may keep so many others from their calls. */
function readMsWith(kept: number): number {
  return kept === 0 ? visaReadMsMost : Math.max(visaSharedReadMs / kept, sharedReadMsLeast);
}

/** Makes links through a VISA library; it is looked for when the first one opens. */
export function visaLibraryLinkFactory(options: VisaLibraryLinkOptions): LinkFactory {
  return {
    address: options.resource,
    kind: 'message',
    create: () => new VisaLibraryLink(options),
  };
}
