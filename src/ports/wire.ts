import {
  asSignalboxError,
  hasCode,
  lifeController,
  raceAbort,
  SignalboxError,
} from '../kernel/index.ts';
import type { Clock, ErrorCode, Timer } from '../kernel/index.ts';
import type { Chunk, Link } from '../links/index.ts';
import type { ReplyReader } from '../protocols/index.ts';
import { scheduleReadFirst } from './read-first.ts';
import { ReceivedBytes } from './received-bytes.ts';
import type { Attempt, RequestRest, Transaction } from './transaction.ts';

/** How long a link may take to accept the bytes of one request; then it counts as broken. */
export const writeTimeoutMs = 5_000;

/** What the instrument or its server refuses, before it took anything: the link goes on. */
const refusals: readonly ErrorCode[] = ['INSTRUMENT_ERROR', 'PORT_BUSY'];

/** Bytes that went over the wires of a port, one after the other. Calls and web requests carry none. */
export interface Traffic {
  sentBytes: number;
  receivedBytes: number;
}

/** What a wire tells beside the replies to requests. */
export interface WireListener {
  /** Counted up as bytes go and come. */
  readonly traffic: Traffic;
  /** Bytes that nobody waits for: late replies, noise. They were dropped. */
  quarantined(data: Uint8Array, reason: string): void;
  /** The link broke; the wire is of no more use. */
  broken(error: SignalboxError): void;
  /** The instrument asks for service. */
  serviceRequested(): void;
}

/** Who takes the bytes of a wire as they are. */
export interface WireTap {
  take(data: Uint8Array): void;
  /** Nothing more comes: the link broke, or was closed. Told once. */
  ended(reason: SignalboxError): void;
}

interface Exchange {
  readonly reader: ReplyReader<unknown>;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: SignalboxError) => void;
  readonly received: ReceivedBytes;
  /** Ends the wait for the reply. */
  late: Timer | undefined;
  /** Ends the reply when nothing more comes. */
  silence: Timer | undefined;
  /** Begins the time for the reply anew. */
  readonly await: () => void;
}

const noBytes = new Uint8Array();

/** What an exchange gave, and the first of the bytes that it took. */
export interface ExchangeResult<Reply> {
  readonly reply: Reply;
  readonly received: Uint8Array;
}

/** One open link, with at most one request on it. Everything that arrives without one is dropped. */
export class Wire {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #listener: WireListener;
  readonly #life = lifeController();
  /** Aborted when the link takes no bytes; the wire is broken then. Made with the first bytes. */
  #stuck: AbortController | undefined;
  /** Aborted when an operation takes too long, and when the wire is closed. One for all until then. */
  #late = lifeController();
  #exchange: Exchange | undefined;
  #tap: WireTap | undefined;
  #arrivals = 0;
  #isBroken = false;
  #isReplyOutstanding = false;
  readonly #serviceRequests: Disposable | undefined;

  constructor(link: Link, clock: Clock, listener: WireListener) {
    this.#link = link;
    this.#clock = clock;
    this.#listener = listener;
    this.#serviceRequests = link.onServiceRequest?.(() => listener.serviceRequested());
    void this.#pump();
  }

  get link(): Link {
    return this.#link;
  }

  /** How many chunks have arrived; a quiet wire is one on which this stands still. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /**
   * Whether the last exchange ended with an error that the link reported by itself, which may have been
   * that of an earlier message: then its own reply may still come.
   */
  get isReplyOutstanding(): boolean {
    return this.#isReplyOutstanding;
  }

  /** Until disposed, bytes that belong to no exchange go to the tap instead of into quarantine. */
  tap(tap: WireTap): Disposable {
    this.#tap = tap;
    return {
      [Symbol.dispose]: () => {
        if (this.#tap === tap) this.#tap = undefined;
      },
    };
  }

  /**
   * Sends the request, if it has any bytes, and waits for its reply.
   * @throws INSTRUMENT_TIMEOUT, REPLY_MALFORMED, and what the link throws
   */
  exchange<Reply>(
    attempt: Attempt<Reply>,
    transaction: Pick<Transaction<unknown>, 'label' | 'timeoutMs'>,
  ): Promise<ExchangeResult<Reply | undefined>> {
    return this.#operate(attempt, transaction) ?? this.#exchangeBytes(attempt, transaction);
  }

  async #exchangeBytes<Reply>(
    attempt: Attempt<Reply>,
    transaction: Pick<Transaction<unknown>, 'label' | 'timeoutMs'>,
  ): Promise<ExchangeResult<Reply | undefined>> {
    const { reader } = attempt;
    const { timeoutMs } = transaction;
    if (reader === undefined) {
      await this.#sendRequest(attempt);
      return { reply: undefined, received: noBytes };
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    // A link that breaks while the request is being written rejects both; the write reports it.
    promise.catch(() => {});
    const received = new ReceivedBytes();
    const exchange: Exchange = {
      reader,
      resolve,
      reject,
      received,
      late: undefined,
      silence: undefined,
      await: () => {
        exchange.late?.cancel();
        exchange.late = scheduleReadFirst(this.#clock, timeoutMs, () => {
          reject(noReply(transaction, received.length));
        });
      },
    };
    this.#exchange = exchange;
    this.#isReplyOutstanding = false;
    try {
      if (attempt.request.length > 0 || attempt.rest !== undefined) {
        const sent = this.#sendRequest(attempt);
        if (sent !== undefined) await sent;
      }
      if (attempt.rest?.expectsReply === false) {
        return { reply: undefined, received: received.traced() };
      }
      this.#link.askForReply?.(timeoutMs);
      exchange.await();
      const reply = await raceAbort(promise, attempt.giveUp, transaction.label);
      return { reply: reply as Reply, received: received.traced() };
    } catch (error) {
      attempt.abandon?.();
      throw error;
    } finally {
      exchange.late?.cancel();
      exchange.silence?.cancel();
      this.#exchange = undefined;
    }
  }

  /** Writes bytes outside an exchange. @throws what the link throws */
  async send(data: Uint8Array): Promise<void> {
    await this.#send(data, true);
  }

  /** Closes the link; what waits on it fails. */
  async close(reason: SignalboxError): Promise<void> {
    this.#end(reason);
    this.#life.abort(reason);
    this.#late.abort(reason);
    this.#serviceRequests?.[Symbol.dispose]();
    await this.#link.close();
  }

  /** Undefined where the link can do no more than carry bytes. */
  #operate<Reply>(
    attempt: Attempt<Reply>,
    transaction: Pick<Transaction<unknown>, 'label' | 'timeoutMs'>,
  ): Promise<ExchangeResult<Reply>> | undefined {
    if (attempt.operate === undefined) return undefined;
    if (this.#late.signal.aborted && !this.#life.signal.aborted) this.#late = lifeController();
    const operation = attempt.operate(this.#link, this.#late.signal);
    return operation === undefined ? undefined : this.#untilDone(operation, transaction);
  }

  /** @throws INSTRUMENT_TIMEOUT, and what the operation throws */
  async #untilDone<Reply>(
    operation: Promise<Reply>,
    transaction: Pick<Transaction<unknown>, 'label' | 'timeoutMs'>,
  ): Promise<ExchangeResult<Reply>> {
    const late = this.#late;
    const timer = this.#clock.schedule(transaction.timeoutMs, () =>
      late.abort(noReply(transaction, 0)),
    );
    try {
      const reply = await raceAbort(operation, late.signal, transaction.label);
      // What did as it was told is there, though it sent no bytes.
      this.#arrivals += 1;
      return { reply, received: noBytes };
    } finally {
      timer.cancel();
    }
  }

  /** Undefined when all of it was taken at once. */
  #sendRequest({ request, rest }: Attempt<unknown>): Promise<void> | undefined {
    const sent = this.#send(request, rest === undefined);
    return rest === undefined ? sent : this.#sendRest(sent, rest);
  }

  async #sendRest(sent: Promise<void> | undefined, rest: RequestRest): Promise<void> {
    await sent;
    let isEnd = false;
    while (!isEnd) {
      const { data, end } = await this.#nextOf(rest);
      await this.#send(data, end);
      isEnd = end;
    }
  }

  /** Half a request spoils the wire: whatever the instrument makes of the next one is not its answer. */
  async #nextOf(rest: RequestRest): Promise<Chunk> {
    try {
      return await rest.next(this.#life.signal);
    } catch (error) {
      const failure = asSignalboxError(error);
      this.#break(
        new SignalboxError(
          'LINK_PROTOCOL',
          `${this.#link.address} is opened again because a request was left unfinished: ${failure.message}`,
          { details: { address: this.#link.address }, cause: failure },
        ),
      );
      throw failure;
    }
  }

  /** Undefined when the link took them at once. */
  #send(data: Uint8Array, end: boolean): Promise<void> | undefined {
    this.#listener.traffic.sentBytes += data.length;
    const stuck = (this.#stuck ??= lifeController());
    const written = this.#link.write(data, { end, signal: stuck.signal });
    return written === undefined ? undefined : this.#untilTaken(written, stuck);
  }

  async #untilTaken(written: Promise<void>, stuck: AbortController): Promise<void> {
    const timer = this.#clock.schedule(writeTimeoutMs, () => {
      const { address } = this.#link;
      const error = new SignalboxError(
        'LINK_TIMEOUT',
        `${address} took no bytes for ${writeTimeoutMs} ms`,
        { details: { address, writeTimeoutMs } },
      );
      stuck.abort(error);
      // How much of it has gone is unknown.
      this.#break(error);
    });
    try {
      await written;
    } catch (error) {
      const failure = asSignalboxError(error);
      if (!refusals.includes(failure.code)) this.#break(failure);
      throw failure;
    } finally {
      timer.cancel();
    }
  }

  async #pump(): Promise<void> {
    const { signal } = this.#life;
    try {
      for (;;) {
        const chunk = await this.#readChunk(signal);
        if (chunk === undefined) continue;
        const { data, end } = chunk;
        this.#arrivals += 1;
        this.#listener.traffic.receivedBytes += data.length;
        this.#take(data, end);
        const room = this.#exchange?.reader.untilRoom?.();
        if (room !== undefined) await this.#untilRoom(room);
      }
    } catch (error) {
      this.#break(asSignalboxError(error));
    }
  }

  /** Undefined where the instrument refused what it was asked, which the link survives. */
  async #readChunk(signal: AbortSignal): Promise<Chunk | undefined> {
    try {
      return await this.#link.read(signal);
    } catch (error) {
      if (!hasCode(error, ...refusals)) throw error;
      const refusal = asSignalboxError(error);
      const exchange = this.#exchange;
      this.#exchange = undefined;
      if (exchange === undefined) this.#listener.quarantined(new Uint8Array(), refusal.message);
      else {
        this.#isReplyOutstanding = true;
        exchange.reject(refusal);
      }
      return undefined;
    }
  }

  /** What is not read waits in the link; the time for the reply stands still meanwhile. */
  async #untilRoom(room: Promise<void>): Promise<void> {
    this.#exchange?.late?.cancel();
    await raceAbort(room, this.#life.signal, `a wait of ${this.#link.address} for room`);
    this.#exchange?.await();
  }

  /** Reading and writing may both find it broken; the first says so. */
  #break(failure: SignalboxError): void {
    if (this.#isBroken || this.#life.signal.aborted) return;
    this.#isBroken = true;
    this.#end(failure);
    this.#listener.broken(failure);
  }

  /** Nobody waits for anything more on this wire. */
  #end(reason: SignalboxError): void {
    this.#exchange?.reject(reason);
    const tap = this.#tap;
    this.#tap = undefined;
    tap?.ended(reason);
  }

  #take(data: Uint8Array, end: boolean): void {
    let unread = data;
    do {
      const exchange = this.#exchange;
      if (exchange === undefined) {
        if (unread.length === 0) return;
        if (this.#tap !== undefined) this.#tap.take(unread);
        else this.#listener.quarantined(unread, 'no request waits for it');
        return;
      }
      const progress = exchange.reader.push(unread, end);
      switch (progress.kind) {
        case 'more':
          exchange.received.add(unread);
          if (exchange.reader.isStreamed === true) exchange.await();
          this.#awaitSilence(exchange);
          return;
        case 'done': {
          exchange.received.add(unread.subarray(0, unread.length - progress.rest.length));
          this.#exchange = undefined;
          exchange.resolve(progress.reply);
          unread = progress.rest;
          break;
        }
        case 'refused': {
          exchange.received.add(unread.subarray(0, unread.length - progress.rest.length));
          this.#exchange = undefined;
          exchange.reject(progress.error);
          unread = progress.rest;
          break;
        }
        case 'foreign': {
          const strange = unread.subarray(0, unread.length - progress.rest.length);
          this.#listener.quarantined(strange, progress.reason);
          if (progress.rest.length >= unread.length) return;
          unread = progress.rest;
          break;
        }
        case 'malformed':
          exchange.received.add(unread);
          this.#exchange = undefined;
          exchange.reject(
            new SignalboxError('REPLY_MALFORMED', `malformed reply: ${progress.reason}`),
          );
          return;
      }
    } while (unread.length > 0);
  }

  #awaitSilence(exchange: Exchange): void {
    const { reader, resolve } = exchange;
    if (reader.silenceMs === undefined) return;
    exchange.silence?.cancel();
    exchange.silence = scheduleReadFirst(this.#clock, reader.silenceMs, () => {
      if (this.#exchange === exchange) this.#exchange = undefined;
      resolve(reader.silence?.());
    });
  }
}

function noReply(
  { label, timeoutMs }: Pick<Transaction<unknown>, 'label' | 'timeoutMs'>,
  receivedBytes: number,
): SignalboxError {
  return new SignalboxError('INSTRUMENT_TIMEOUT', `no reply to ${label} within ${timeoutMs} ms`, {
    details: { timeoutMs, receivedBytes },
  });
}
