import { raceAbort, SignalboxError, systemClock, throwIfCancelled } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { HeldByte } from '../held-byte.ts';
import type { Chunk, Link, LinkFactory } from '../link.ts';
import { MessageBuffer } from '../message-buffer.ts';
import { Turns } from '../turns.ts';
import { waitAtMost } from '../wait-at-most.ts';
import { PrologixAdapter } from './adapter.ts';
import { AnswerLines, MarkedEnd } from './answer-lines.ts';
import { escapeMessage } from './escape.ts';
import { gpibAddressOf } from './gpib-address.ts';
import type { GpibAddress } from './gpib-address.ts';
import { ReplyEnd } from './reply-end.ts';
import type { ReplyOutcome } from './reply-end.ts';

/** How long an adapter may take to be set up when the link opens. */
export const adapterOpenMs = 4_000;

/** The longest time that an adapter waits for an instrument by itself; longer waits are made of several. */
export const adapterReadMsMost = 3_000;

/** Shorter pauses cannot be told from the network's. */
const adapterReadMsLeast = 500;

/** How much the time of a read is varied, so that its value marks the answer. */
const readMsVariation = 400;

export interface PrologixLinkOptions extends GpibAddress {
  /** The way to the adapter: TCP (port 1234), or its virtual serial port. */
  readonly adapter: LinkFactory;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Numbers from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

interface Asking {
  timeoutMs: number;
  isGivenUp: boolean;
}

/**
 * One instrument on the GPIB bus of a Prologix GPIB-ETHERNET or GPIB-USB adapter, or of one that speaks
 * as it does (AR488). A link has the adapter for itself, and one address on its bus: several instruments
 * behind one adapter share a wire, which one link does not share out.
 *
 * It does not tell of service requests: an adapter says whether the line is asserted when it is asked,
 * and never by itself.
 */
export class PrologixLink implements Link {
  readonly kind = 'message';
  readonly address: string;
  readonly #bus: GpibAddress;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #adapter: PrologixAdapter;
  readonly #received: MessageBuffer;
  /** What is under way with the adapter. */
  readonly #turns = new Turns();
  #asking: Asking | undefined;
  readonly #held = new HeldByte();
  #isEndMarked = true;
  #isOpen = false;
  #isClosed = false;
  #failure: SignalboxError | undefined;

  /** @throws BAD_ARGUMENT for an address that no instrument has */
  constructor(options: PrologixLinkOptions) {
    this.#bus = gpibAddressOf(options);
    this.address = addressOf(options);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#received = new MessageBuffer(this.address);
    this.#adapter = new PrologixAdapter(options.adapter.create(), this.#clock, (error) => {
      this.#failure ??= error;
      this.#received.fail(error);
    });
  }

  async open(signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal, `opening ${this.address}`);
    if (this.#isClosed) throw this.#gone('is not open');
    try {
      await this.#adapter.open(signal);
      if (this.#isClosed) throw this.#gone('was closed');
      await waitAtMost(this.#setUp(), {
        clock: this.#clock,
        timeoutMs: adapterOpenMs,
        signal,
        what: `opening ${this.address}`,
        late: () =>
          new SignalboxError(
            'LINK_TIMEOUT',
            `${this.address} did not answer as a Prologix adapter within ${adapterOpenMs} ms`,
            {
              details: { address: this.address },
              nextStep: 'Check that a Prologix adapter, or one that speaks as it does, is there.',
            },
          ),
      });
      this.#isOpen = true;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * What nobody has read of an earlier reply is gone with this. Waits for the adapter to end what it
   * does: at most the time of one of its reads, {@link adapterReadMsMost}.
   */
  async write(
    data: Uint8Array,
    { end, signal }: { end: boolean; signal: AbortSignal },
  ): Promise<void> {
    await this.#idle(signal);
    const now = this.#held.next(data, end);
    if (now.length === 0) return;
    const message = escapeMessage(now);
    const setting = this.#isEndMarked === end ? '' : `++eoi ${end ? 1 : 0}\n`;
    this.#isEndMarked = end;
    await this.#adapter.send(Buffer.concat([Buffer.from(setting), message]), signal);
  }

  read(signal: AbortSignal): Promise<Chunk> {
    if (!this.#isOpen) return Promise.reject(this.#failure ?? this.#gone('is not open'));
    return this.#received.read(signal);
  }

  /** An instrument that stops in the middle of a reply fails the link: what follows has no owner. */
  askForReply(timeoutMs: number): void {
    if (!this.#isOpen || this.#failure !== undefined) return;
    if (this.#asking !== undefined && !this.#asking.isGivenUp) {
      this.#asking.timeoutMs = timeoutMs;
      return;
    }
    const asking: Asking = { timeoutMs, isGivenUp: false };
    this.#asking = asking;
    void this.#turns
      .run(async () => {
        await this.#readReply(asking);
        if (this.#asking === asking) this.#asking = undefined;
      })
      .catch(() => {});
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

  /** Remote: the front panel is locked out (LLO). Local: the instrument goes to local (GTL). */
  async setRemote(isRemote: boolean, signal: AbortSignal): Promise<void> {
    await this.#command(isRemote ? '++llo' : '++loc', signal);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#received.clear();
    this.#giveUpReply();
    await this.#adapter.close(this.#gone('was closed'));
    await this.#turns.over();
  }

  /**
   * The first line is a sacrifice: where an earlier user left half a message, the instrument gets both
   * and refuses them. Nothing is to be saved, since that wears the adapter's memory out; EOI goes with
   * the last byte, and no terminator is added.
   */
  async #setUp(): Promise<void> {
    const { primary, secondary } = this.#bus;
    const address = secondary === undefined ? `${primary}` : `${primary} ${secondary + 96}`;
    const marked = this.#drawMark(adapterReadMsMost - readMsVariation);
    const lines = [
      '++ver',
      '++savecfg 0',
      '++mode 1',
      '++auto 0',
      '++eoi 1',
      '++eos 3',
      '++eot_enable 1',
      `++addr ${address}`,
      ...marked.set,
      ...marked.ask,
    ];
    await this.#adapter.exchange(text(lines), adapterReadMsMost, new MarkedEnd(marked.mark));
    await this.#say([]);
  }

  /** A question of its own for each read, and what the adapter answers to it. */
  #drawMark(timeoutMs: number): {
    readonly set: readonly string[];
    readonly ask: readonly string[];
    readonly mark: Uint8Array;
    readonly endByte: number;
    readonly readMs: number;
  } {
    // No byte of a text.
    const endByte = 128 + Math.floor(this.#random() * 128);
    const least = Math.min(
      Math.max(timeoutMs, adapterReadMsLeast),
      adapterReadMsMost - readMsVariation,
    );
    const readMs = least + Math.floor(this.#random() * readMsVariation);
    return {
      set: [`++eot_char ${endByte}`, `++read_tmo_ms ${readMs}`],
      ask: ['++eot_char', '++read_tmo_ms'],
      mark: Buffer.from(`${endByte}\r\n${readMs}\r\n`),
      endByte,
      readMs,
    };
  }

  async #readReply(asking: Asking): Promise<void> {
    let heardMs = this.#clock.monotonic();
    let hasPart = false;
    const left = (): number => Math.ceil(asking.timeoutMs - (this.#clock.monotonic() - heardMs));
    do {
      if (asking.isGivenUp) return;
      const { set, ask, mark, endByte, readMs } = this.#drawMark(left());
      const reply = new ReplyEnd({ endByte, mark, pauseMs: readMs / 2 });
      let outcome: ReplyOutcome | undefined;
      const take = async (data: Uint8Array): Promise<boolean> => {
        const progress = reply.push(data, this.#clock.monotonic());
        outcome = progress.outcome;
        if (outcome === 'doubtful') throw this.#broken('cannot be told to be whole');
        if (progress.data.length > 0) {
          hasPart = true;
          heardMs = this.#clock.monotonic();
        }
        if (!asking.isGivenUp) {
          this.#received.push(progress.data, outcome === 'end');
          await this.#received.room();
        }
        return outcome !== undefined;
      };
      await this.#adapter.exchange(text([...set, '++read eoi', ...ask]), readMs, { take });
      if (outcome === 'end') return;
    } while (left() > 0);
    if (hasPart && !asking.isGivenUp) this.#adapter.fail(this.#broken('stopped in the middle'));
  }

  /** @returns what was answered before the version */
  async #command(command: string, signal: AbortSignal): Promise<readonly string[]> {
    await this.#idle(signal);
    const answered = this.#turns.run(async () => await this.#say([command]));
    return await raceAbort(answered, signal, `${command.slice(2)} of ${this.address}`);
  }

  async #say(commands: readonly string[]): Promise<readonly string[]> {
    const listener = new AnswerLines(this.address);
    await this.#adapter.exchange(text([...commands, '++ver']), adapterReadMsMost, listener);
    return listener.lines;
  }

  /** A reply that is still to come is given up; what came of it belongs to nobody any more. */
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

  #broken(how: string): SignalboxError {
    return new SignalboxError('LINK_PROTOCOL', `a reply of ${this.address} ${how}`, {
      details: { address: this.address },
      nextStep: 'Check the instrument and its cable; the port comes back by itself.',
    });
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

function text(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}
