import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { raceAbort, SignalboxError, systemClock, throwIfCancelled } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { RemoteLocal } from '../../protocols/index.ts';
import { HeldByte } from '../held-byte.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import { MessageBuffer } from '../message-buffer.ts';
import { Turns } from '../turns.ts';
import type { AdapterUse } from './adapter-connection.ts';
import { gpibAddressOf } from './gpib-address.ts';
import type { GpibAddress } from './gpib-address.ts';
import { adapterReadMsLeast, adapterReadMsMost } from './read-mark.ts';
import { ReplyReading } from './reply-reading.ts';
import { PrologixAdapters } from './shared-adapters.ts';

/**
 * For so long an instrument that owes a reply has a shared adapter for itself, and then in turns with the
 * others; an instrument that is silent holds them up no longer, and no longer than its own timeout. The
 * adapter counts by {@link adapterReadMsLeast}, and up to {@link readMsVariation} more.
 */
export const adapterTurnMs = 1_500;

/** How long a shared adapter waits for the rest of a reply to be read; then the link fails. */
export const adapterUnreadMs = 3_000;

/** Prologix GPIB-USB manual, section 8 (`llo`, `loc`). */
const remoteCommands: Readonly<Record<RemoteLocal, '++llo' | '++loc' | undefined>> = {
  'disable-remote': '++loc',
  'enable-remote': undefined,
  'disable-remote-and-go-to-local': '++loc',
  'go-to-remote': undefined,
  'lock-out-local': '++llo',
  'go-to-remote-and-lock-out-local': '++llo',
  'go-to-local': '++loc',
};

export interface PrologixLinkOptions extends GpibAddress {
  /** The way to the adapter: TCP (port 1234), or its virtual serial port. */
  readonly adapter: LinkFactory;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Numbers from 0 up to 1. @default Math.random */
  readonly random?: () => number;
  /** Links with the same share their adapters. @default none: the link has its adapter for itself */
  readonly adapters?: PrologixAdapters;
}

/**
 * One instrument on the GPIB bus of a Prologix GPIB-ETHERNET or GPIB-USB adapter, or of one that speaks
 * as it does (AR488). Several share an adapter in turns: a message and the reply that is asked for at
 * once are one turn, and nothing of it is left when the next one comes.
 *
 * It does not tell of service requests: an adapter says whether the line is asserted when it is asked,
 * and never by itself.
 */
export class PrologixLink implements Link {
  readonly kind = 'message';
  readonly address: string;
  readonly #options: PrologixLinkOptions;
  /** As `++addr` names it. */
  readonly #place: string;
  readonly #clock: Clock;
  readonly #received: MessageBuffer;
  /** What this link does, one after the other. */
  readonly #turns = new Turns();
  readonly #closing = new AbortController();
  readonly #held = new HeldByte();
  #use: AdapterUse | undefined;
  #reading: ReplyReading | undefined;
  /** Whether a reply that is asked for now is read in the turn of the message before. */
  #isTurnKept = false;
  #isSilent = false;
  #isOpen = false;
  #failure: SignalboxError | undefined;

  /** @throws BAD_ARGUMENT for an address that no instrument has */
  constructor(options: PrologixLinkOptions) {
    const { primary, secondary } = gpibAddressOf(options);
    this.#place = secondary === undefined ? `${primary}` : `${primary} ${secondary + 96}`;
    this.#options = options;
    this.address = addressOf(options);
    this.#clock = options.clock ?? systemClock;
    this.#received = new MessageBuffer(this.address);
  }

  async open(signal: AbortSignal): Promise<void> {
    const what = `opening ${this.address}`;
    throwIfCancelled(signal, what);
    if (this.#closing.signal.aborted) throw this.#gone('is not open');
    const { adapters = new PrologixAdapters(), adapter } = this.#options;
    const surroundings = { clock: this.#clock, random: this.#random };
    this.#use = adapters.join(adapter, surroundings, (error) => this.#fail(error));
    try {
      await this.#use.opened(AbortSignal.any([signal, this.#closing.signal]), what);
      this.#isOpen = true;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * What nobody has read of an earlier reply is gone with this. Waits for its turn with the adapter: who
   * has it ends within {@link adapterTurnMs}, or when it has answered.
   */
  async write(
    data: Uint8Array,
    { end, signal }: { end: boolean; signal: AbortSignal },
  ): Promise<void> {
    const use = await this.#idle(signal);
    const message = this.#held.next(data, end);
    if (message.length === 0) return;
    const sent = Promise.withResolvers<void>();
    void this.#turns
      .run(async () => {
        await this.#inTurn(use, signal, async () => {
          await use.adapter.send(this.#place, message, { end, signal });
          sent.resolve();
          await this.#afterMessage(use, end);
        });
        await this.#readRest(use);
      })
      .catch((error: unknown) => sent.reject(error));
    await sent.promise;
  }

  read(signal: AbortSignal): Promise<Chunk> {
    if (!this.#isOpen) return Promise.reject(this.#failure ?? this.#gone('is not open'));
    return this.#received.read(signal);
  }

  /** An instrument that stops in the middle of a reply fails the link: what follows has no owner. */
  askForReply(timeoutMs: number): void {
    const use = this.#use;
    if (use === undefined || !this.#isOpen || this.#failure !== undefined) return;
    if (this.#reading?.isWhole === false) {
      this.#reading.timeoutMs = timeoutMs;
      return;
    }
    this.#reading = new ReplyReading(timeoutMs, {
      address: this.address,
      place: this.#place,
      clock: this.#clock,
      random: this.#random,
      deliver: async (data, end) => await this.#deliver(use, data, end),
    });
    if (this.#isTurnKept) return;
    void this.#turns.run(async () => await this.#readRest(use)).catch(() => {});
  }

  async clear(signal: AbortSignal): Promise<void> {
    this.#held.clear();
    await this.#command('++clr', signal);
  }

  async trigger(signal: AbortSignal): Promise<void> {
    await this.#command('++trg', signal);
  }

  /** @throws INSTRUMENT_TIMEOUT when the instrument does not answer the poll */
  async readStatusByte(signal: AbortSignal): Promise<number> {
    const [line] = await this.#command('++spoll', signal);
    const status = Number(line);
    if (line !== undefined && status <= 0xff) return status;
    throw new SignalboxError('INSTRUMENT_TIMEOUT', `${this.address} did not answer a serial poll`, {
      details: { address: this.address },
    });
  }

  /**
   * An adapter asserts REN as long as it controls the bus, for all that are on it: an instrument goes to
   * remote with the next message, and a lockout ends with the adapter.
   */
  async setRemote(request: RemoteLocal, signal: AbortSignal): Promise<void> {
    await this.#command(remoteCommands[request], signal);
  }

  async close(): Promise<void> {
    const error = this.#gone('was closed');
    this.#closing.abort(error);
    this.#received.clear();
    this.#fail(error);
    // What is still under way for this link ends with its turn, where others need the adapter.
    if ((await this.#use?.leave(error)) === true) await this.#turns.over();
  }

  get #random(): () => number {
    return this.#options.random ?? Math.random;
  }

  /** The turn is kept for a reply that is asked for at once; without one, the adapter is to be done. */
  async #afterMessage(use: AdapterUse, end: boolean): Promise<void> {
    if (end) {
      this.#isTurnKept = true;
      await turnOfLoop();
      this.#isTurnKept = false;
    }
    if (this.#reading !== undefined) await this.#readSome(use, this.#reading, adapterTurnMs);
    else if (use.isShared) await use.adapter.ask(this.#place, []);
  }

  /** What is left of the reply that is asked for, in turns of their own. */
  async #readRest(use: AdapterUse): Promise<void> {
    const reading = this.#reading;
    if (reading === undefined) return;
    let turnMs = adapterTurnMs;
    while (!reading.isOver) {
      await this.#inTurn(use, reading.givenUp, async () => {
        await this.#readSome(use, reading, turnMs);
      });
      turnMs = adapterReadMsLeast;
    }
    if (this.#reading === reading) this.#reading = undefined;
    if (reading.isBrokenOff) this.#fail(reading.broken('stopped in the middle'));
  }

  async #readSome(use: AdapterUse, reading: ReplyReading, turnMs: number): Promise<void> {
    const startMs = this.#clock.monotonic();
    let leftMs = turnMs;
    while (!reading.isOver && leftMs > 0) {
      await reading.readOnce(use.adapter, use.isShared ? leftMs : adapterReadMsMost);
      if (use.isShared) leftMs = turnMs - (this.#clock.monotonic() - startMs);
    }
    this.#isSilent = reading.isSilent;
  }

  async #deliver(use: AdapterUse, data: Uint8Array, end: boolean): Promise<void> {
    this.#received.push(data, end);
    if (!use.isShared || !this.#received.isFull) {
      await this.#received.room();
      return;
    }
    const timer = this.#clock.schedule(adapterUnreadMs, () => this.#fail(this.#unread()));
    await this.#received.room();
    timer.cancel();
  }

  /** @returns what was answered before the version */
  async #command(command: string | undefined, signal: AbortSignal): Promise<readonly string[]> {
    const use = await this.#idle(signal);
    const answered = this.#turns.run(
      async () =>
        await this.#inTurn(
          use,
          signal,
          async () => await use.adapter.ask(this.#place, command === undefined ? [] : [command]),
        ),
    );
    return await raceAbort(answered, signal, `a command to ${this.address}`);
  }

  async #inTurn<T>(use: AdapterUse, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    const place = {
      isSilent: this.#isSilent,
      signals: [signal, this.#closing.signal],
      what: `a wait for the adapter of ${this.address}`,
    };
    return await use.line.run(place, run);
  }

  /** A reply that is still to come is given up; what came of it belongs to nobody any more. */
  async #idle(signal: AbortSignal): Promise<AdapterUse> {
    const what = `a write to ${this.address}`;
    throwIfCancelled(signal, what);
    this.#giveUpReply();
    this.#received.clear();
    await this.#turns.over(signal, what);
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#use === undefined || !this.#isOpen) throw this.#gone('is not open');
    return this.#use;
  }

  #giveUpReply(): void {
    this.#reading?.giveUp();
    this.#reading = undefined;
  }

  #fail(error: SignalboxError): void {
    this.#failure ??= error;
    this.#received.fail(error);
    this.#giveUpReply();
  }

  #unread(): SignalboxError {
    return new SignalboxError(
      'LINK_TIMEOUT',
      `a reply of ${this.address} was not read for ${adapterUnreadMs} ms, while others need the adapter`,
      { details: { address: this.address, adapterUnreadMs } },
    );
  }

  #gone(how: string): SignalboxError {
    return new SignalboxError('LINK_COMMUNICATION', `${this.address} ${how}`, {
      details: { address: this.address },
    });
  }
}

/**
 * Makes links to one instrument behind an adapter.
 * @throws BAD_ARGUMENT at once for an address that no instrument has
 */
export function prologixLinkFactory(options: PrologixLinkOptions): LinkFactory {
  gpibAddressOf(options);
  return {
    address: addressOf(options),
    kind: 'message',
    create: () => new PrologixLink(options),
  };
}

function addressOf({ adapter, primary, secondary }: PrologixLinkOptions): string {
  const place = secondary === undefined ? `${primary}` : `${primary}.${secondary}`;
  return `GPIB ${place} at ${adapter.address}`;
}
