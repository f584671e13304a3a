import {
  asSignalboxError,
  cancellationError,
  lifeController,
  onAbort,
  SignalboxError,
  throwIfCancelled,
} from '../kernel/index.ts';
import type { Clock, Owner, Timer } from '../kernel/index.ts';
import type { Lease, Port, Transaction } from '../ports/index.ts';
import type { ResponseTaker } from '../protocols/index.ts';
import { inSession } from './in-session.ts';
import type { ClientMessage, MessageConversation, MessageProtocol } from './message-protocol.ts';
import { OutputQueue } from './output-queue.ts';
import type { OutputFailure, OutputPart, OutputWish } from './output-queue.ts';
import { Turn } from './turn.ts';

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
  /** How its messages become transactions. */
  readonly protocol: MessageProtocol;
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
  /** Told when there is something to {@link MessageSession.take}, and when nothing more comes. Must not throw. */
  readonly responded?: () => void;
  /** Told of what the client did wrong, for the log. */
  readonly faulty?: (error: SignalboxError) => void;
}

export interface MessageWriteOptions {
  readonly tag?: number | undefined;
  readonly waitMs?: number | undefined;
  /** Takes commands that are still in line back. A query goes on: its response can be read. */
  readonly signal?: AbortSignal | undefined;
  /** Whether a query is waited for until its turn has come, too. @default false */
  readonly untilTurn?: boolean;
}

export interface MessageReadOptions extends OutputWish {
  /** Infinity waits until the session ends: what was asked comes or fails by itself. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A message from its coming to its response. */
interface Query {
  tag: number;
  /** Nobody wants its response any more: what comes of it is dropped. */
  isDropped: boolean;
}

/** A message that is passed on while it comes. */
interface Passing {
  readonly message: ClientMessage;
  readonly query: Query;
  readonly performed: Promise<unknown>;
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
  readonly #conversation: MessageConversation;
  readonly #output: OutputQueue;
  readonly #underWay = new Set<Promise<unknown>>();
  #queries: Query[] = [];
  #passing: Passing | undefined;
  #life = lifeController();
  #isClosed = false;

  constructor(options: MessageSessionOptions) {
    this.#options = options;
    this.by = options.by;
    this.#output = new OutputQueue(options.responded);
    this.#conversation = options.protocol.converse(options.clock);
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
    const { signal: life } = this.#life;
    if (data.length > 0 && !this.#conversation.isInside) this.#interrupt();
    const messages = this.#conversation.push(data, isEnd);
    const commands: Promise<unknown>[] = [];
    const failures: unknown[] = [];
    // Kept at once: one may fail while the next ones are still waiting to begin.
    const keep = (command: Promise<unknown> | undefined): void => {
      if (command === undefined) return;
      commands.push(command.catch((error: unknown) => void failures.push(error)));
    };
    keep(this.#finishPassing(options));
    for (const message of messages) {
      while (this.#underWay.size >= messagesUnderWayMost) await Promise.race(this.#underWay);
      const room = this.#untilRoom();
      if (room !== undefined) await room;
      // Cleared or closed meanwhile: what was not begun is not begun any more.
      if (life.aborted) break;
      keep(this.#carryOut(message, options));
    }
    if (commands.length > 0) await Promise.all(commands);
    if (failures.length > 0) throw failures[0];
    throwIfCancelled(life, 'a message');
    const room = this.#passing?.message.untilRoom;
    if (room !== undefined) await room;
  }

  /**
   * Takes of the oldest response what is there, after it began to come.
   * @throws what the query came to: what the port throws; WAIT_TIMEOUT, CANCELLED, CLOSED;
   *   QUERY_UNTERMINATED when no query was asked and the instrument says nothing of itself
   */
  async read(options: MessageReadOptions): Promise<OutputPart> {
    const output = await this.next(options);
    if (output === undefined) throw this.#tell('QUERY_UNTERMINATED', nothingAsked);
    if ('error' in output) throw output.error;
    return output;
  }

  /**
   * As {@link read}; also what queries failed with comes in its turn, with their tags. Undefined when
   * what was asked came to no response.
   * @throws WAIT_TIMEOUT, CANCELLED, CLOSED
   */
  async next(options: MessageReadOptions): Promise<OutputPart | OutputFailure | undefined> {
    const { signal, timeoutMs } = options;
    throwIfCancelled(signal, 'a read');
    if (this.#isClosed) throw closedError(this.by);
    if (this.#output.isEmpty && this.#queries.length === 0) this.#readInstrument(timeoutMs);
    await this.#untilOutput(timeoutMs, signal);
    return this.#output.take(options);
  }

  /** As {@link next}, of what is there already; undefined when nothing is. */
  take(wish: OutputWish): OutputPart | OutputFailure | undefined {
    return this.#output.take(wish);
  }

  /**
   * Something else than a message, in the client's own turn: a device trigger, a serial poll.
   * @throws what the port throws
   */
  async transact<Reply>(
    transaction: Transaction<Reply>,
    options: Omit<MessageWriteOptions, 'tag'> = {},
  ): Promise<Reply> {
    if (this.#isClosed) throw closedError(this.by);
    return await this.#track(this.#transact(transaction, options));
  }

  /**
   * Device clear: forgets unfinished input, takes back what is in line, drops all responses. What is on
   * the wire is finished, and dropped. IEEE 488.2, 5.8.
   */
  async clear(): Promise<void> {
    const life = this.#life;
    if (!this.#isClosed) this.#life = lifeController();
    for (const query of this.#queries) this.#drop(query);
    this.#conversation.clear();
    this.#passing = undefined;
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

  /** Undefined for what goes on by itself. */
  #carryOut(message: ClientMessage, options: MessageWriteOptions): Promise<unknown> | undefined {
    const query: Query = { tag: options.tag ?? 0, isDropped: false };
    if (!message.isWhole) {
      const performed = this.#track(this.#perform(message, query, {}));
      // Told when the message is whole.
      performed.catch(() => {});
      this.#passing = { message, query, performed };
      return undefined;
    }
    if (!message.expectsResponse) return this.#track(this.#perform(message, query, options));
    this.#queries.push(query);
    if (options.untilTurn === true) return this.#untilTurn(message, query, options);
    // Its response can be read when the write was taken back, so it is not.
    const asked = this.#perform(message, query, { waitMs: options.waitMs });
    void this.#track(this.#respond(query, asked));
    return undefined;
  }

  /** Until its turn a query is the write's: what it comes to by then no read hears of. */
  async #untilTurn(
    message: ClientMessage,
    query: Query,
    { waitMs, signal }: MessageWriteOptions,
  ): Promise<void> {
    const takenBack = new AbortController();
    using _listener = onAbort(signal, () => takenBack.abort(signal?.reason));
    const turn = new Turn();
    const asked = this.#perform(message, query, { waitMs, signal: takenBack.signal, turn });
    const told = asked.catch((error: unknown) => {
      if (!turn.hasCome) this.#drop(query);
      throw error;
    });
    void this.#track(this.#respond(query, told));
    await Promise.race([turn.come, told]);
  }

  /** The message that is passed on is whole, if it is: what is to be waited for, as of any other. */
  #finishPassing({ tag = 0 }: MessageWriteOptions): Promise<unknown> | undefined {
    const passing = this.#passing;
    if (passing?.message.isWhole !== true) return undefined;
    const { message, query, performed } = passing;
    this.#passing = undefined;
    query.tag = tag;
    if (!message.expectsResponse) return performed;
    this.#queries.push(query);
    void this.#track(this.#respond(query, performed));
    return undefined;
  }

  #perform(
    message: ClientMessage,
    query: Query,
    { turn, ...options }: Omit<MessageWriteOptions, 'tag'> & { readonly turn?: Turn },
  ): Promise<unknown> {
    return message.perform(
      async (transaction) =>
        await this.#transact(turn === undefined ? transaction : turn.of(transaction), options),
      this.#takerFor(query),
    );
  }

  async #respond(query: Query, asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
    } catch (error) {
      const { tag, isDropped } = query;
      if (!isDropped) this.#output.push({ error: asSignalboxError(error), tag });
    }
    this.#drop(query);
    if (this.#queries.length === 0) this.#output.wake();
  }

  /** What comes of it from now on goes to nobody. */
  #drop(query: Query): void {
    query.isDropped = true;
    this.#queries = this.#queries.filter((each) => each !== query);
  }

  /** A read where nothing was asked: whatever the instrument says of itself. */
  #readInstrument(timeoutMs: number): void {
    if (this.#conversation.isInside) {
      this.#conversation.clear();
      this.#passing = undefined;
      const error = this.#tell('QUERY_UNTERMINATED', 'read before its message was complete');
      this.#output.push({ error, tag: 0 });
      return;
    }
    const query: Query = { tag: 0, isDropped: false };
    const transaction = this.#conversation.listen?.(this.#takerFor(query), {
      timeoutMs,
      signal: this.#life.signal,
    });
    if (transaction === undefined) {
      this.#output.push({ error: this.#tell('QUERY_UNTERMINATED', nothingAsked), tag: 0 });
      return;
    }
    this.#queries.push(query);
    const heard = this.#transact(transaction, { waitMs: timeoutMs }).catch((error: unknown) => {
      const failure = asSignalboxError(error);
      if (failure.code !== 'INSTRUMENT_TIMEOUT') throw failure;
      throw this.#tell('QUERY_UNTERMINATED', nothingAsked);
    });
    void this.#track(this.#respond(query, heard));
  }

  #takerFor(query: Query): ResponseTaker {
    return {
      take: (data, isEnd) => {
        if (query.isDropped) return;
        // Nothing more comes of it: whoever reads on must not wait for it.
        if (isEnd) this.#drop(query);
        this.#output.push({ data, isEnd, tag: query.tag });
      },
      untilRoom: () => (query.isDropped ? undefined : this.#untilRoom(query)),
    };
  }

  /** Waits for the client to read, but not for ever. @param query whose response comes, if one does */
  #untilRoom(query?: Query): Promise<void> | undefined {
    const room = this.#output.untilRoom;
    if (room === undefined) return undefined;
    const timer: Timer = this.#options.clock.schedule(unreadLongestMs, () => {
      const tag = query?.tag ?? this.#queries[0]?.tag ?? 0;
      for (const each of this.#queries) this.#drop(each);
      this.#output.clear();
      const what = `left its responses unread for ${unreadLongestMs} ms`;
      this.#output.push({ error: this.#tell('QUERY_DEADLOCKED', what), tag });
    });
    return room.finally(() => timer.cancel());
  }

  async #transact<Reply>(
    transaction: Transaction<Reply>,
    { waitMs, signal }: Omit<MessageWriteOptions, 'tag'>,
  ): Promise<Reply> {
    const { port, by } = this.#options;
    const lease = this.#options.lease?.();
    return await inSession(port, by, transaction.label, async () => {
      return await port.transact(transaction, by, {
        signal:
          signal === undefined ? this.#life.signal : AbortSignal.any([this.#life.signal, signal]),
        waitMs: waitMs ?? this.#options.waitMs,
        ...(lease === undefined ? {} : { lease }),
      });
    });
  }

  async #track<Result>(work: Promise<Result>): Promise<Result> {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    this.#underWay.add(done);
    try {
      return await work;
    } finally {
      this.#underWay.delete(done);
      resolve();
    }
  }

  async #untilOutput(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#output.isEmpty) return;
    if (timeoutMs === Infinity && signal === undefined) return await this.#output.untilOutput();
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

const nothingAsked = 'read, but nothing was asked';

function closedError(by: Owner): SignalboxError {
  return new SignalboxError('CLOSED', `the session of ${by.program} is closed`);
}
