import {
  asSignalboxError,
  cancellationError,
  onAbort,
  SignalboxError,
  throwIfCancelled,
} from '../kernel/index.ts';
import type { Clock, Owner, Timer } from '../kernel/index.ts';
import type { ScpiDriver } from '../instruments/index.ts';
import type { Lease, Port, Transaction } from '../ports/index.ts';
import { messageLengthMost, ScpiMessageReader } from '../protocols/index.ts';
import type { ProgramMessage, ResponseTaker } from '../protocols/index.ts';
import { OutputQueue } from './output-queue.ts';
import type { OutputFailure, OutputPart, OutputWish } from './output-queue.ts';

/**
 * A client that leaves its full output queue unread for so long loses what is in it, so that the
 * instrument can go on for others.
 */
export const unreadLongestMs = 10_000;
/** So many messages of one client are under way; a further one waits until one of them is done. */
export const messagesUnderWayMost = 64;

/**
 * What goes wrong between a client and its session. IEEE 488.2, 6.3 and SCPI-99, 21.8.11.
 * - `QUERY_INTERRUPTED` (-410): a message came before the response to the one before was read
 * - `QUERY_UNTERMINATED` (-420): a read came where no query was complete
 * - `QUERY_DEADLOCKED` (-430): the output queue stayed full
 */
export type ExchangeFault = 'QUERY_INTERRUPTED' | 'QUERY_UNTERMINATED' | 'QUERY_DEADLOCKED';

export interface MessageSessionOptions {
  readonly port: Port;
  readonly driver: ScpiDriver;
  readonly by: Owner;
  readonly clock: Clock;
  /**
   * `synchronized`: a message drops the response to the one before, if that was not read (-410).
   * `overlapped`: responses wait in their order. IEEE 488.2, 6.3.2.3; IVI-6.1, section 3.1.
   */
  readonly mode: 'synchronized' | 'overlapped';
  /** How long a message may be in line at the port. */
  readonly waitMs: number;
  /** Under which lease messages go: one that has ended moves nothing. @default none */
  readonly lease?: () => Lease | undefined;
  /** Told of what the client did wrong, for the log. */
  readonly faulty?: (error: SignalboxError) => void;
}

export interface MessageWriteOptions {
  readonly tag?: number | undefined;
  readonly waitMs?: number | undefined;
  /** Takes commands that are still in line back. A query goes on: its response can be read. */
  readonly signal?: AbortSignal | undefined;
}

export interface MessageReadOptions extends OutputWish {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A message from its coming to its response. */
interface Query {
  readonly tag: number;
  /** Nobody wants its response any more: what comes of it is dropped. */
  isDropped: boolean;
}

/**
 * One client's conversation with one instrument, for doors at which writing and reading are two steps.
 *
 * A message that asks is one transaction with its response, which begins when the message is whole:
 * nobody comes between the two. The response waits in the session's own output queue until the client
 * reads it, and a long one goes through it piece by piece. A read that finds no response coming reads
 * the instrument itself, so that one that answers what is no query can be used, too.
 */
export class MessageSession implements AsyncDisposable {
  readonly by: Owner;
  readonly #options: MessageSessionOptions;
  readonly #reader: ScpiMessageReader;
  readonly #output = new OutputQueue();
  readonly #underWay = new Set<Promise<unknown>>();
  #queries: Query[] = [];
  #life = new AbortController();
  #isClosed = false;

  constructor(options: MessageSessionOptions) {
    this.#options = options;
    this.by = options.by;
    this.#reader = new ScpiMessageReader({ terminator: options.driver.terminator });
  }

  /** Whether a response, or the beginning of one, waits to be read (MAV). IEEE 488.2, 11.2.1.2. */
  get isMessageAvailable(): boolean {
    return !this.#output.isEmpty;
  }

  /** How many bytes of responses wait to be read. */
  get unreadBytes(): number {
    return this.#output.bytes;
  }

  /** Whether the response to a query has not come to its end. */
  get isResponding(): boolean {
    return this.#queries.length > 0;
  }

  /**
   * Takes bytes of program messages. Resolves when the commands in them were carried out, and when the
   * queries in them are in line; what a query comes to is told to the read.
   *
   * @param isEnd whether a message ends with the last byte (END)
   * @param options.tag what the responses are to be called. @default 0
   * @param options.waitMs how long each message may be in line. @default that of the session
   * @throws what the port throws; BAD_ARGUMENT for a message that is too long; CLOSED
   */
  async write(data: Uint8Array, isEnd: boolean, options: MessageWriteOptions = {}): Promise<void> {
    if (this.#isClosed) throw closedError(this.by);
    if (data.length > 0 && !this.#reader.isInside) this.#interrupt();
    const commands: Promise<void>[] = [];
    const failures: unknown[] = [];
    for (const message of this.#reader.push(data, isEnd)) {
      while (this.#underWay.size >= messagesUnderWayMost) await Promise.race(this.#underWay);
      // Kept at once: one may fail while the next ones are still waiting to begin.
      commands.push(
        this.#carryOut(message, options).catch((error: unknown) => void failures.push(error)),
      );
    }
    await Promise.all(commands);
    if (failures.length > 0) throw failures[0];
  }

  /**
   * Takes of the oldest response what is there, after it began to come.
   * @throws what the query came to: what the port throws; WAIT_TIMEOUT, CANCELLED, CLOSED;
   *   QUERY_UNTERMINATED when no query was asked and the instrument says nothing of itself
   */
  async read(options: MessageReadOptions): Promise<OutputPart> {
    const output = await this.next(options);
    if ('error' in output) throw output.error;
    return output;
  }

  /**
   * As {@link read}; also what queries failed with comes in its turn, with their tags.
   * @throws WAIT_TIMEOUT, CANCELLED, CLOSED
   */
  async next(options: MessageReadOptions): Promise<OutputPart | OutputFailure> {
    const { signal, timeoutMs } = options;
    throwIfCancelled(signal, 'a read');
    if (this.#isClosed) throw closedError(this.by);
    if (this.#output.isEmpty && this.#queries.length === 0) this.#readInstrument(timeoutMs);
    await this.#untilOutput(timeoutMs, signal);
    const output = this.#output.take(options);
    if (output !== undefined) return output;
    throw closedError(this.by);
  }

  /**
   * Device clear: forgets unfinished input, takes back what is in line, drops all responses. What is on
   * the wire is finished, and dropped. IEEE 488.2, 5.8.
   */
  async clear(): Promise<void> {
    const life = this.#life;
    this.#life = new AbortController();
    for (const query of this.#queries) this.#drop(query);
    this.#reader.clear();
    this.#output.clear();
    life.abort(new SignalboxError('CANCELLED', `${this.by.program} cleared its session`));
    await Promise.allSettled(this.#underWay);
  }

  /** Ends it: what is in line is taken back, what is on the wire is finished and dropped. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const cleared = this.clear();
    this.#output.push({ error: closedError(this.by), tag: 0 });
    await cleared;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A new message has begun. */
  #interrupt(): void {
    if (this.#options.mode === 'overlapped') return;
    if (this.#output.isEmpty && this.#queries.length === 0) return;
    for (const query of this.#queries) this.#drop(query);
    this.#output.clear();
    this.#tell('QUERY_INTERRUPTED', 'sent a message before it had read the last response');
  }

  async #carryOut(message: ProgramMessage, options: MessageWriteOptions): Promise<void> {
    if (message.kind === 'too-long') throw tooLong(message.length);
    const { driver } = this.#options;
    const { bytes, isQuery } = message;
    const text = new TextDecoder('latin1').decode(bytes);
    if (driver.expectsReply(text, isQuery)) this.#ask(bytes, options);
    else await this.#track(this.#transact(driver.exchange(bytes, false), options));
  }

  /** Puts a query in line; its response goes into the output queue. */
  #ask(bytes: Uint8Array, { tag = 0, waitMs }: MessageWriteOptions): void {
    const query: Query = { tag, isDropped: false };
    this.#queries.push(query);
    const transaction = this.#options.driver.exchangeStreamed(bytes, this.#takerFor(query));
    void this.#track(this.#respond(query, this.#transact(transaction, { waitMs })));
  }

  async #respond(query: Query, asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
    } catch (error) {
      const { tag, isDropped } = query;
      if (!isDropped) this.#output.push({ error: asSignalboxError(error), tag });
    }
    this.#drop(query);
  }

  /** What comes of it from now on goes to nobody. */
  #drop(query: Query): void {
    query.isDropped = true;
    this.#queries = this.#queries.filter((each) => each !== query);
  }

  /** A read where nothing was asked: whatever the instrument says of itself. */
  #readInstrument(timeoutMs: number): void {
    if (this.#reader.isInside) {
      this.#reader.clear();
      const error = this.#tell('QUERY_UNTERMINATED', 'read before its message was complete');
      this.#output.push({ error, tag: 0 });
      return;
    }
    const query: Query = { tag: 0, isDropped: false };
    this.#queries.push(query);
    const transaction = this.#options.driver.listen(this.#takerFor(query), timeoutMs);
    const heard = this.#transact(transaction, { waitMs: timeoutMs }).catch((error: unknown) => {
      const failure = asSignalboxError(error);
      if (failure.code !== 'INSTRUMENT_TIMEOUT') throw failure;
      throw this.#tell('QUERY_UNTERMINATED', 'read, but nothing was asked');
    });
    void this.#track(this.#respond(query, heard));
  }

  #takerFor(query: Query): ResponseTaker {
    const output = this.#output;
    const untilRoom = (): Promise<void> | undefined =>
      query.isDropped ? undefined : this.#untilRoom(query);
    return {
      take: (data, isEnd) => {
        if (query.isDropped) return;
        output.push({ data, isEnd, tag: query.tag });
        // Nothing more comes of it: whoever reads on must not wait for it.
        if (isEnd) this.#drop(query);
      },
      get untilRoom() {
        return untilRoom();
      },
    };
  }

  /** Waits for the client to read, but not for ever. */
  #untilRoom(query: Query): Promise<void> | undefined {
    const room = this.#output.untilRoom;
    if (room === undefined) return undefined;
    const timer: Timer = this.#options.clock.schedule(unreadLongestMs, () => {
      this.#drop(query);
      this.#output.clear();
      const what = `left its response unread for ${unreadLongestMs} ms`;
      this.#output.push({ error: this.#tell('QUERY_DEADLOCKED', what), tag: query.tag });
    });
    return room.finally(() => timer.cancel());
  }

  async #transact<Reply>(
    transaction: Transaction<Reply>,
    { waitMs, signal }: Omit<MessageWriteOptions, 'tag'>,
  ): Promise<Reply> {
    const { port, by } = this.#options;
    const lease = this.#options.lease?.();
    return await port.transact(transaction, by, {
      signal:
        signal === undefined ? this.#life.signal : AbortSignal.any([this.#life.signal, signal]),
      waitMs: waitMs ?? this.#options.waitMs,
      ...(lease === undefined ? {} : { lease }),
    });
  }

  async #track(work: Promise<unknown>): Promise<void> {
    const done = Promise.allSettled([work]);
    this.#underWay.add(done);
    try {
      await work;
    } finally {
      this.#underWay.delete(done);
    }
  }

  async #untilOutput(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#output.isEmpty) return;
    const ended = Promise.withResolvers<void>();
    const timer = this.#options.clock.schedule(timeoutMs, () => {
      ended.reject(
        new SignalboxError('WAIT_TIMEOUT', `no response to read within ${timeoutMs} ms`, {
          details: { timeoutMs },
        }),
      );
    });
    using _listener = onAbort(signal, () => {
      if (signal !== undefined) ended.reject(cancellationError(signal, 'a read'));
    });
    try {
      await Promise.race([this.#output.untilOutput(), ended.promise]);
    } finally {
      timer.cancel();
    }
  }

  #tell(code: ExchangeFault, what: string): SignalboxError {
    const error = new SignalboxError(code, `${this.by.program} ${what}`);
    this.#options.faulty?.(error);
    return error;
  }
}

function closedError(by: Owner): SignalboxError {
  return new SignalboxError('CLOSED', `the session of ${by.program} is closed`);
}

function tooLong(length: number): SignalboxError {
  return new SignalboxError(
    'BAD_ARGUMENT',
    `a message of ${length} bytes was dropped; the longest allowed has ${messageLengthMost}`,
    { details: { length, messageLengthMost } },
  );
}
