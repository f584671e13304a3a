import { asSignalboxError, systemClock } from '../../../kernel/index.ts';
import type { Clock } from '../../../kernel/index.ts';
import { jsonRpcErrors } from '../../../protocols/index.ts';
import type { JsonRpcEvent, MalformedJsonRpc } from '../../../protocols/index.ts';
import { RpcRefusal } from './call-error.ts';
import type { CallOptions, CallStatistics, StrayReply } from './call-options.ts';
import type { RpcChannel } from './channel.ts';
import { IncomingCalls } from './incoming-calls.ts';
import type { IncomingStatistics, RpcHandler } from './incoming-calls.ts';
import { callsInFlightMost, OutgoingCalls } from './outgoing-calls.ts';

/** So many calls of the other side are under way at most. */
export const requestsUnderWayMost = 4_096;
/** After so many bytes that are no message, with no message among them, the other side is broken. */
export const malformedBytesMost = 4_194_304;

/** What two sides that call each other need of each other. */
export interface RpcPeerOptions {
  readonly channel: RpcChannel;
  /** What errors call the other side. */
  readonly name: string;
  /** Answers the calls of the other side. @default each is told that there is no such function */
  readonly handler?: RpcHandler;
  /** Told of each notification but `$/cancel` and `$/progress`. */
  readonly onNotification?: (method: string, params: unknown) => void;
  /** Told of each reply that goes to nobody. */
  readonly onStray?: (stray: StrayReply) => void;
  /** Told of what came and is no message. */
  readonly onMalformed?: (malformed: MalformedJsonRpc) => void;
  /**
   * The other side has closed its end, or is so broken that nothing more can be understood. Once.
   * Who is told calls `end`, at once or when it knows more. @default ends at once
   */
  readonly onGone?: (reason: string, isBroken: boolean) => void;
  /** @default the machine's own */
  readonly clock?: Clock;
  /** @default {@link callsInFlightMost} */
  readonly callsMost?: number;
  /** @default {@link requestsUnderWayMost} */
  readonly requestsMost?: number;
}

/** What went over one connection, in numbers. */
export interface RpcStatistics extends CallStatistics, IncomingStatistics {
  /** Lines that are no message. */
  readonly malformed: number;
}

/** One side of two that call each other over a channel. */
export class RpcPeer {
  readonly #options: RpcPeerOptions;
  readonly #outgoing: OutgoingCalls;
  readonly #incoming: IncomingCalls;
  #malformed = 0;
  #malformedBytes = 0;
  #isGone = false;
  #isEnded = false;

  constructor(options: RpcPeerOptions) {
    const { channel, name, clock = systemClock, handler = refuse } = options;
    this.#options = options;
    this.#outgoing = new OutgoingCalls({
      channel,
      name,
      clock,
      callsMost: options.callsMost ?? callsInFlightMost,
      // Between the timers and the next turn's, what has arrived is read.
      afterReading: (run) => void setImmediate(run),
      onConfused: (reason) => this.#gone(reason, true),
      onStray: options.onStray,
    });
    const requestsMost = options.requestsMost ?? requestsUnderWayMost;
    this.#incoming = new IncomingCalls(channel, handler, requestsMost);
    channel.open({
      onEvents: (events) => this.#take(events),
      onEnd: (reason) => this.#gone(reason, false),
    });
  }

  /** How many calls of this side wait for their answer. */
  get pendingCount(): number {
    return this.#outgoing.pendingCount;
  }

  /** How many calls of the other side are under way. */
  get underWayCount(): number {
    return this.#incoming.underWayCount;
  }

  get statistics(): RpcStatistics {
    return {
      ...this.#outgoing.statistics,
      ...this.#incoming.statistics,
      malformed: this.#malformed,
    };
  }

  /**
   * Calls a function of the other side. What it is given is written at the end of this turn: arrays
   * are not copied, so leave them as they are until the answer.
   *
   * @throws WORKER_BUSY, WORKER_UNAVAILABLE, VALUE_INVALID, BAD_ARGUMENT: not sent
   * @throws WORKER_TIMEOUT, CANCELLED, WORKER_LOST: sent, but for what its details say
   * @throws NOT_FOUND, WORKER_FAILED, or the function's own SignalboxError: answered so
   */
  call(method: string, params?: unknown, options: CallOptions = {}): Promise<unknown> {
    return this.#outgoing.call(method, params, options);
  }

  /**
   * Tells the other side something. Arrays are copied, but for those that may be moved.
   * @throws VALUE_INVALID, WORKER_BUSY
   */
  notify(method: string, params?: unknown): void {
    this.#options.channel.post({ kind: 'notification', method, params });
  }

  /** Resolves when no call of the other side is under way and all answers are written. */
  async idle(): Promise<void> {
    await this.#incoming.idle();
    await this.#options.channel.flushed();
  }

  /** Settles what is pending and takes nothing more. */
  end(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#isGone = true;
    this.#options.channel.close();
    this.#outgoing.end(reason);
    this.#incoming.cancelAll();
  }

  #gone(reason: string, isBroken: boolean): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#options.channel.close();
    if (this.#options.onGone === undefined) this.end(reason);
    else this.#options.onGone(reason, isBroken);
  }

  #take(events: readonly JsonRpcEvent[]): void {
    for (const event of events) {
      if (this.#isGone) return;
      try {
        this.#takeOne(event);
      } catch (error) {
        // Whatever the other side has found to say, it is what ends, not this process.
        const { message } = asSignalboxError(error);
        this.#gone(`WORKER_PROTOCOL: what it said could not be taken: ${message}`, true);
      }
    }
  }

  #takeOne(event: JsonRpcEvent): void {
    if (event.kind !== 'malformed') this.#malformedBytes = 0;
    switch (event.kind) {
      case 'result':
      case 'failure':
        this.#outgoing.settle(event);
        break;
      case 'request':
        this.#incoming.take(event);
        break;
      case 'notification':
        this.#hear(event.method, event.params);
        break;
      case 'malformed':
        this.#reject(event);
        break;
    }
  }

  #hear(method: string, params: unknown): void {
    const facts = (typeof params === 'object' && params !== null ? params : {}) as {
      readonly id?: unknown;
      readonly value?: unknown;
    };
    if (method === '$/progress') this.#outgoing.progress(facts.id, facts.value);
    else if (method === '$/cancel') this.#incoming.cancel(facts.id);
    else this.#options.onNotification?.(method, params);
  }

  #reject(malformed: MalformedJsonRpc): void {
    this.#malformed += 1;
    this.#malformedBytes += malformed.bytes;
    this.#options.onMalformed?.(malformed);
    if (malformed.fault === 'lengths') {
      this.#gone(`it announced arrays that cannot be: ${malformed.excerpt}`, true);
    } else if (this.#malformedBytes > malformedBytesMost) {
      this.#gone(`it wrote ${this.#malformedBytes} bytes that are no message`, true);
    }
  }
}

function refuse(method: string): never {
  throw new RpcRefusal(jsonRpcErrors.noSuchFunction, `there is no function ${method}`);
}
