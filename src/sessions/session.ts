import { lifeController, SignalboxError } from '../kernel/index.ts';
import type { Clock, Owner, Timer } from '../kernel/index.ts';
import type { Port, Transaction } from '../ports/index.ts';
import { inSession } from './in-session.ts';
import type { ClientConversation, ClientProtocol, ClientRequest } from './client-protocol.ts';

/**
 * One client may have so many requests waiting in its session. Then it is made to wait where its door
 * can do that (a socket), else further requests are dropped, as an instrument's full buffer would.
 */
export const sessionRequestsMost = 256;
/** The same for the bytes of these requests; a single longer one is taken. */
export const sessionRequestBytesMost = 1_048_576;
/**
 * A client that repeats a request, whose answer it knows by nothing else, after so long has given the
 * first one up. Sooner it is taken to send ahead.
 */
export const givenUpAfterMs = 50;

/** The client, as its door knows it. */
export interface ClientEnd {
  /**
   * Sends bytes to the client. False when it leaves too much unread: then nothing more is done for it
   * until the session's `resume()`.
   */
  readonly send: (data: Uint8Array) => boolean;
  /** Makes the client wait with what it sends, or no longer. Absent where that is not possible. */
  readonly hold?: (isHeld: boolean) => void;
  /** Told of requests that failed or were dropped, for the log. */
  readonly failed?: (label: string, error: unknown) => void;
}

export interface SessionOptions {
  readonly port: Port;
  readonly protocol: ClientProtocol;
  readonly by: Owner;
  readonly clock: Clock;
  readonly client: ClientEnd;
}

/** A request from its coming to its answer. */
interface Exchange {
  readonly request: ClientRequest;
  /** Monotonic; when it came. */
  readonly sinceMs: number;
  /** Takes it back by itself, where that may happen; see {@link ClientRequest.answerKey}. */
  readonly takenBack: AbortController | undefined;
  /** Aborts when nobody waits for its answer any more. */
  readonly signal: AbortSignal;
}

/**
 * One client's conversation with the instruments of one port: cuts its bytes into requests, does them
 * in its own turns, and answers in its own order. What it leaves unfinished goes with it.
 */
export class Session implements AsyncDisposable {
  readonly by: Owner;
  readonly #options: SessionOptions;
  readonly #conversation: ClientConversation;
  readonly #ended = lifeController();
  readonly #waiting: Exchange[] = [];
  /** Those that are being done, and those whose answers wait for earlier ones. */
  readonly #underWay = new Set<Exchange>();
  /** Each answer follows the one before. */
  #answers: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #isHeld = false;
  /** The client leaves too much unread. */
  #isStuck = false;
  #silence: Timer | undefined;
  #arrivals = 0;
  #dropped = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.by = options.by;
    this.#conversation = options.protocol.converse();
  }

  /** Aborts when the session has ended: what is bound to the client's connection ends with it. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Requests that were dropped because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes what the client sent. */
  push(data: Uint8Array): void {
    if (this.#ended.signal.aborted) return;
    this.#arrivals += 1;
    this.#take(this.#conversation.push(data));
    this.#awaitSilence();
  }

  /** The client reads again. */
  resume(): void {
    this.#isStuck = false;
    this.#advance();
  }

  /** Resolves when all that came is answered, or the session has ended. */
  async drain(): Promise<void> {
    if (this.#isIdle) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  /**
   * Ends it: requests in line are taken back, what is on the wire is finished and its reply dropped,
   * unfinished bytes are forgotten. Resolves when nothing of it is left. May be called twice.
   */
  async close(): Promise<void> {
    this.#silence?.cancel();
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    const gone = new SignalboxError('CANCELLED', `${this.by.program} has gone`);
    this.#ended.abort(gone);
    for (const { takenBack } of this.#underWay) takenBack?.abort(gone);
    this.#settleIdle();
    await this.#answers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#underWay.size === 0;
  }

  get #isFull(): boolean {
    return (
      this.#waiting.length >= sessionRequestsMost || this.#waitingBytes >= sessionRequestBytesMost
    );
  }

  #awaitSilence(): void {
    const { silenceMs } = this.#conversation;
    if (silenceMs === undefined) return;
    const arrivals = this.#arrivals;
    this.#silence?.cancel();
    this.#silence = this.#options.clock.schedule(silenceMs, () => {
      // Bytes may have come while this process was kept from reading them: one look at them first.
      setImmediate(() => {
        if (arrivals !== this.#arrivals || this.#ended.signal.aborted) return;
        this.#take(this.#conversation.silence?.() ?? []);
      });
    });
  }

  #take(requests: readonly ClientRequest[]): void {
    const { client, clock } = this.#options;
    const nowMs = clock.monotonic();
    for (const request of requests) {
      this.#takeBack(request.answerKey, nowMs);
      if (this.#isFull && client.hold === undefined) {
        this.#drop(request);
        continue;
      }
      // A controller costs more than the rest of an exchange, so only who needs one has it.
      const takenBack = request.answerKey === undefined ? undefined : new AbortController();
      const signal = takenBack?.signal ?? this.#ended.signal;
      this.#waiting.push({ request, sinceMs: nowMs, takenBack, signal });
      this.#waitingBytes += request.bytes;
      this.#advance();
    }
    this.#hold(this.#isFull);
  }

  /** Takes back what the client has given up; see {@link ClientRequest.answerKey}. */
  #takeBack(answerKey: string | undefined, nowMs: number): void {
    if (answerKey === undefined) return;
    for (const { request, sinceMs, takenBack } of [...this.#underWay, ...this.#waiting]) {
      if (request.answerKey !== answerKey || nowMs - sinceMs < givenUpAfterMs) continue;
      takenBack?.abort(
        new SignalboxError('CANCELLED', `${this.by.program} has given up '${request.label}'`),
      );
    }
  }

  #drop(request: ClientRequest): void {
    this.#dropped += 1;
    this.#options.client.failed?.(
      request.label,
      new SignalboxError(
        'QUEUE_FULL',
        `${this.by.program} has ${this.#waiting.length} requests in line, the most allowed; '${request.label}' was dropped`,
        { details: { most: sessionRequestsMost, dropped: this.#dropped } },
      ),
    );
  }

  #hold(isHeld: boolean): void {
    const { hold } = this.#options.client;
    if (hold === undefined || this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    hold(isHeld);
  }

  #advance(): void {
    const { inFlightMost } = this.#options.protocol;
    while (this.#underWay.size < inFlightMost && !this.#isStuck) {
      const exchange = this.#waiting.shift();
      if (exchange === undefined) break;
      this.#waitingBytes -= exchange.request.bytes;
      this.#underWay.add(exchange);
      const bytes = this.#perform(exchange);
      this.#answers = this.#answerAfter(this.#answers, exchange, bytes);
    }
    if (!this.#isFull) this.#hold(false);
    if (this.#isIdle) this.#settleIdle();
  }

  async #answerAfter(
    earlier: Promise<void>,
    exchange: Exchange,
    bytes: Promise<Uint8Array | undefined>,
  ): Promise<void> {
    await earlier;
    this.#answer(exchange, await bytes);
  }

  #answer(exchange: Exchange, bytes: Uint8Array | undefined): void {
    this.#underWay.delete(exchange);
    if (bytes !== undefined && !exchange.signal.aborted) {
      this.#isStuck = !this.#options.client.send(bytes);
    }
    this.#advance();
  }

  /** Never rejects. */
  async #perform({ request, signal }: Exchange): Promise<Uint8Array | undefined> {
    const { port, by, protocol, client } = this.#options;
    const { waitMs } = protocol;
    try {
      return await request.perform(
        async <Reply>(transaction: Transaction<Reply>) =>
          await inSession(port, by, transaction.label, async () => {
            return await port.transact(transaction, by, { signal, waitMs });
          }),
      );
    } catch (error) {
      if (!this.#ended.signal.aborted) client.failed?.(request.label, error);
      return undefined;
    }
  }

  #settleIdle(): void {
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}
