import { onAbort, SignalboxError } from '../../src/kernel/index.ts';
import type { Chunk, Link, LinkFactory } from '../../src/links/index.ts';
import type { RemoteLocal } from '../../src/protocols/index.ts';

/** How an instrument answers a message: a text, undefined for nothing, a promise for later. */
export type Answer = (message: string) => string | undefined | Promise<string>;

/**
 * An instrument on a link in memory that has messages and says nothing until it is asked to, as over
 * VXI-11, USBTMC and GPIB. Each link that is made leads to it.
 */
export class MessageInstrument implements LinkFactory {
  readonly address = 'memory';
  readonly kind = 'message';
  /** What was done to it, in its order: `open`, `write VOLT?`, `ask`, `clear`, `trigger`, `poll`, … */
  readonly journal: string[] = [];
  statusByte = 0;
  answer: Answer;
  /** What it has to say. */
  readonly output: string[] = [];
  readonly #requests = new Set<() => void>();
  current: MessageLink | undefined;
  /** What the link reports by itself, once: an error of some message. */
  refusal: SignalboxError | undefined;
  /** Whether a link to it opens at all. */
  isReachable = true;
  #clears = 0;

  constructor(answer: Answer = (message) => (message.endsWith('?') ? `re ${message}` : undefined)) {
    this.answer = answer;
  }

  create(): Link {
    this.current = new MessageLink(this);
    return this.current;
  }

  /** Asks for service, with a status byte that a serial poll takes. */
  requestService(statusByte: number): void {
    this.statusByte = statusByte | 0x40;
    for (const told of this.#requests) told();
  }

  listen(told: () => void): Disposable {
    this.#requests.add(told);
    return { [Symbol.dispose]: () => void this.#requests.delete(told) };
  }

  clear(): void {
    this.journal.push('clear');
    this.output.length = 0;
    this.#clears += 1;
  }

  async take(message: string): Promise<void> {
    this.journal.push(`write ${message}`);
    const clears = this.#clears;
    const answer = await this.answer(message.trimEnd());
    // A device clear ends what was being worked on, too: IEEE 488.2, 5.8.
    if (answer === undefined || clears !== this.#clears) return;
    this.output.push(answer);
    this.current?.arrived();
  }
}

export class MessageLink implements Link {
  readonly kind = 'message';
  readonly address = 'memory';
  readonly #instrument: MessageInstrument;
  readonly #life = new AbortController();
  #message = '';
  #isAsked = false;
  #arrival = Promise.withResolvers<void>();

  constructor(instrument: MessageInstrument) {
    this.#instrument = instrument;
  }

  async open(): Promise<void> {
    if (!this.#instrument.isReachable) await new Promise<void>(() => {});
    this.#instrument.journal.push('open');
  }

  async write(data: Uint8Array, { end }: { readonly end: boolean }): Promise<void> {
    this.#message += Buffer.from(data).toString('latin1');
    if (!end) return;
    const message = this.#message;
    this.#message = '';
    void this.#instrument.take(message);
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    for (;;) {
      const refusal = this.#instrument.refusal;
      this.#instrument.refusal = undefined;
      if (refusal !== undefined) throw refusal;
      const next = this.#isAsked ? this.#instrument.output.shift() : undefined;
      if (next !== undefined) {
        this.#isAsked = false;
        return { data: new TextEncoder().encode(next), end: true };
      }
      const aborted = Promise.withResolvers<never>();
      using _either = onAbort(signal, () => aborted.reject(signal.reason));
      using _closed = onAbort(this.#life.signal, () => aborted.reject(this.#life.signal.reason));
      await Promise.race([this.#arrival.promise, aborted.promise]);
    }
  }

  askForReply(): void {
    this.#instrument.journal.push('ask');
    this.#isAsked = true;
    this.arrived();
  }

  /** There may be something to read. */
  arrived(): void {
    this.#arrival.resolve();
    this.#arrival = Promise.withResolvers<void>();
  }

  async clear(): Promise<void> {
    this.#instrument.clear();
    this.#message = '';
    this.#isAsked = false;
  }

  async trigger(): Promise<void> {
    this.#instrument.journal.push('trigger');
  }

  async readStatusByte(): Promise<number> {
    this.#instrument.journal.push('poll');
    const { statusByte } = this.#instrument;
    // A serial poll takes the request for service back: IEEE 488.1, 2.7.
    this.#instrument.statusByte = statusByte & ~0x40;
    return statusByte;
  }

  async setRemote(request: RemoteLocal): Promise<void> {
    this.#instrument.journal.push(request);
  }

  onServiceRequest(listener: () => void): Disposable {
    return this.#instrument.listen(listener);
  }

  async close(): Promise<void> {
    this.#life.abort(new SignalboxError('LINK_COMMUNICATION', 'memory was closed'));
  }
}
