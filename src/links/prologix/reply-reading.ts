import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { PrologixAdapter } from './adapter.ts';
import { drawMark } from './read-mark.ts';
import { ReplyEnd } from './reply-end.ts';
import type { ReplyOutcome } from './reply-end.ts';

export interface ReplyReadingOptions {
  /** Of the instrument, for errors. */
  readonly address: string;
  /** The instrument, as `++addr` names it. */
  readonly place: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Takes what the instrument says; resolves when there is room for more. */
  readonly deliver: (data: Uint8Array, end: boolean) => Promise<void>;
}

/** One reply that is asked for, in as many reads of the adapter as it takes. */
export class ReplyReading {
  /** How long the instrument may say nothing. */
  timeoutMs: number;
  readonly #options: ReplyReadingOptions;
  readonly #givenUp = new AbortController();
  #heardMs: number | undefined;
  #hasPart = false;
  #outcome: ReplyOutcome | undefined;

  constructor(timeoutMs: number, options: ReplyReadingOptions) {
    this.timeoutMs = timeoutMs;
    this.#options = options;
  }

  /** Aborted when nobody wants the reply any more. */
  get givenUp(): AbortSignal {
    return this.#givenUp.signal;
  }

  /** Whether the instrument said its last byte. */
  get isWhole(): boolean {
    return this.#outcome === 'end';
  }

  /** Whether the adapter is to be asked no more. */
  get isOver(): boolean {
    return this.#givenUp.signal.aborted || this.isWhole || this.#leftMs <= 0;
  }

  /** Whether the instrument said nothing at all. */
  get isSilent(): boolean {
    return this.#outcome === 'silence' && !this.#hasPart;
  }

  /** Whether the instrument began a reply and did not end it. */
  get isBrokenOff(): boolean {
    return this.isOver && this.#hasPart && !this.isWhole && !this.givenUp.aborted;
  }

  /** What comes of it from now on belongs to nobody. */
  giveUp(): void {
    this.#givenUp.abort();
  }

  /** Asks once. @param mostMs how long the adapter waits at most */
  async readOnce(adapter: PrologixAdapter, mostMs: number): Promise<void> {
    const { place, clock, random, deliver } = this.#options;
    this.#heardMs ??= clock.monotonic();
    const { set, ask, mark, endByte, readMs } = drawMark(Math.min(this.#leftMs, mostMs), random);
    const reply = new ReplyEnd({ endByte, mark, pauseMs: readMs / 2 });
    const take = async (data: Uint8Array): Promise<boolean> => {
      const progress = reply.push(data, clock.monotonic());
      const { outcome } = progress;
      if (outcome === 'doubtful') throw this.broken('cannot be told to be whole');
      if (progress.data.length > 0) {
        this.#hasPart = true;
        this.#heardMs = clock.monotonic();
      }
      this.#outcome = outcome;
      if (!this.givenUp.aborted) await deliver(progress.data, outcome === 'end');
      return outcome !== undefined;
    };
    await adapter.exchange(place, [...set, '++read eoi', ...ask], readMs, { take });
  }

  broken(how: string): SignalboxError {
    const { address } = this.#options;
    return new SignalboxError('LINK_PROTOCOL', `a reply of ${address} ${how}`, {
      details: { address },
      nextStep: 'Check the instrument and its cable; the port comes back by itself.',
    });
  }

  get #leftMs(): number {
    const { clock } = this.#options;
    return Math.ceil(this.timeoutMs - (clock.monotonic() - (this.#heardMs ?? clock.monotonic())));
  }
}
