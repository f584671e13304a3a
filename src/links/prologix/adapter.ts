import { SignalboxError, throwIfCancelled } from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import { classifyLinkError } from '../link-error.ts';
import type { Link } from '../link.ts';
import { AdapterSettings, linesOf } from './adapter-settings.ts';
import { AnswerLines } from './answer-lines.ts';
import { escapeMessage } from './escape.ts';
import { adapterReadMsMost } from './read-mark.ts';

/** How long an adapter may take to answer, beyond the time in which it waits for an instrument. */
export const adapterAnswerMs = 2_000;

/** Takes what an adapter says until it has all. */
export interface AdapterListener {
  /** @returns whether that was all @throws SignalboxError when it cannot be what is waited for */
  take(data: Uint8Array): Promise<boolean> | boolean;
}

interface Exchange {
  readonly listener: AdapterListener;
  readonly silenceMs: number;
  readonly done: PromiseWithResolvers<void>;
}

/** An adapter at the other end of a stream: one exchange with it at a time. */
export class PrologixAdapter {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #failed: (error: SignalboxError) => void;
  readonly #ending = new AbortController();
  readonly #settings = new AdapterSettings();
  #exchange: Exchange | undefined;
  #timer: Timer | undefined;
  #failure: SignalboxError | undefined;

  /** @param failed told once when nothing more can come */
  constructor(link: Link, clock: Clock, failed: (error: SignalboxError) => void) {
    this.#link = link;
    this.#clock = clock;
    this.#failed = failed;
  }

  async open(signal: AbortSignal): Promise<void> {
    await this.#link.open(signal);
    void this.#pump();
  }

  /**
   * Sends a message to an instrument. One that is broken off leaves nobody knows what behind, so the
   * adapter has failed then.
   * @param place the instrument, as `++addr` names it
   */
  async send(
    place: string,
    message: Uint8Array,
    { end, signal }: { end: boolean; signal: AbortSignal },
  ): Promise<void> {
    const { address } = this.#link;
    if (this.#failure !== undefined) throw this.#failure;
    throwIfCancelled(signal, `a write to ${address}`);
    const before = linesOf([...this.#settings.toward(place), ...this.#settings.endMarked(end)]);
    const bytes = Buffer.concat([before, escapeMessage(message)]);
    try {
      await this.#link.write(bytes, { end: true, signal });
    } catch (error) {
      const failure = classifyLinkError(error, address);
      this.fail(failure);
      throw failure;
    }
  }

  /** Gives commands about an instrument, or about the adapter itself. @returns what it answers to them */
  async ask(place: string | undefined, commands: readonly string[]): Promise<readonly string[]> {
    const listener = new AnswerLines(this.#link.address);
    await this.exchange(place, [...commands, '++ver'], adapterReadMsMost, listener);
    return listener.lines;
  }

  /**
   * Says something and resolves when the listener has all of the answer. An adapter that is silent for
   * `silenceMs` and {@link adapterAnswerMs} has failed. One exchange at a time.
   */
  async exchange(
    place: string | undefined,
    lines: readonly string[],
    silenceMs: number,
    listener: AdapterListener,
  ): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const toward = place === undefined ? [] : this.#settings.toward(place);
    const bytes = linesOf([...toward, ...lines]);
    const done = Promise.withResolvers<void>();
    done.promise.catch(() => {});
    this.#exchange = { listener, silenceMs: silenceMs + adapterAnswerMs, done };
    this.#expect();
    try {
      await this.#link.write(bytes, { end: true, signal: this.#ending.signal });
    } catch (error) {
      this.fail(classifyLinkError(error, this.#link.address));
    }
    await done.promise;
  }

  async close(error: SignalboxError): Promise<void> {
    this.fail(error);
    await this.#link.close();
  }

  fail(error: SignalboxError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#timer?.cancel();
    this.#exchange?.done.reject(error);
    this.#exchange = undefined;
    this.#failed(error);
    this.#ending.abort(error);
    void this.#link.close();
  }

  async #pump(): Promise<void> {
    const { address } = this.#link;
    try {
      for (;;) {
        const { data } = await this.#link.read(this.#ending.signal);
        this.#timer?.cancel();
        const exchange = this.#exchange;
        if (exchange === undefined) throw this.#unasked();
        const isAll = await exchange.listener.take(data);
        if (!isAll) {
          this.#expect();
          continue;
        }
        this.#exchange = undefined;
        exchange.done.resolve();
      }
    } catch (error) {
      this.fail(classifyLinkError(error, address));
    }
  }

  #expect(): void {
    this.#timer?.cancel();
    const silenceMs = this.#exchange?.silenceMs;
    if (silenceMs === undefined || this.#failure !== undefined) return;
    this.#timer = this.#clock.schedule(silenceMs, () => this.fail(this.#silent(silenceMs)));
  }

  #silent(silenceMs: number): SignalboxError {
    const { address } = this.#link;
    return new SignalboxError(
      'LINK_TIMEOUT',
      `nothing at ${address} answered as a Prologix adapter within ${silenceMs} ms`,
      {
        details: { address, silenceMs },
        nextStep:
          'Check that a Prologix adapter, or one that speaks as it does, is there and has power.',
      },
    );
  }

  #unasked(): SignalboxError {
    const { address } = this.#link;
    return new SignalboxError(
      'LINK_PROTOCOL',
      `the adapter at ${address} said what nobody asked for`,
      {
        details: { address },
        nextStep:
          'Check that no other program uses the adapter, and that its messages for people are off.',
      },
    );
  }
}
