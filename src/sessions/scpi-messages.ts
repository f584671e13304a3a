import { asSignalboxError, raceAbort, SignalboxError } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { ScpiDriver } from '../instruments/index.ts';
import { messageLengthMost, ProgramMessageReader } from '../protocols/index.ts';
import type { LongMessage, ProgramMessage, ResponseTaker } from '../protocols/index.ts';
import type { Transact } from './client-protocol.ts';
import type { ClientMessage, MessageConversation, MessageProtocol } from './message-protocol.ts';

/** A longer message is passed on to the instrument while it comes, in the client's turn. */
export const heldMessageBytesMost = 1_048_576;
/**
 * A client that has the instrument's turn and lets it wait for so long in all, while no more than
 * {@link stalledMessageBytes} of its message come, loses it. The instrument is left with half a message,
 * so its link is opened anew.
 */
export const stalledMessageMs = 5_000;
export const stalledMessageBytes = 65_536;

/** SCPI messages, and responses as they are. */
export function scpiMessages(driver: ScpiDriver): MessageProtocol {
  return { converse: (clock) => new ScpiConversation(driver, clock) };
}

class ScpiConversation implements MessageConversation {
  readonly #driver: ScpiDriver;
  readonly #clock: Clock;
  readonly #reader: ProgramMessageReader;

  constructor(driver: ScpiDriver, clock: Clock) {
    this.#driver = driver;
    this.#clock = clock;
    const { terminator } = driver;
    const heldBytesMost = heldMessageBytesMost;
    this.#reader = new ProgramMessageReader({ terminator, heldBytesMost });
  }

  get isInside(): boolean {
    return this.#reader.isInside;
  }

  push(data: Uint8Array, isEnd: boolean): readonly ClientMessage[] {
    return this.#reader.push(data, isEnd).map((message) => this.#messageOf(message));
  }

  clear(): void {
    this.#reader.clear();
  }

  listen(
    ...[taker, options]: Parameters<NonNullable<MessageConversation['listen']>>
  ): ReturnType<NonNullable<MessageConversation['listen']>> {
    return this.#driver.listen(taker, options);
  }

  #messageOf(message: ProgramMessage): ClientMessage {
    switch (message.kind) {
      case 'message':
        return heldMessage(this.#driver, message.bytes, message.isQuery);
      case 'long':
        return new PassingMessage(this.#driver, this.#clock, message.message);
      case 'too-long':
        return tooLong(message.length);
    }
  }
}

function heldMessage(driver: ScpiDriver, bytes: Uint8Array, isQuery: boolean): ClientMessage {
  const expectsResponse = driver.expectsReply(bytes, isQuery);
  return {
    isWhole: true,
    expectsResponse,
    perform: async (transact, taker) =>
      expectsResponse
        ? await transact(driver.exchangeStreamed(bytes, taker))
        : await transact(driver.exchange(bytes, false)),
  };
}

/** A message that is passed on while it comes: its client has the instrument's turn until its end. */
class PassingMessage implements ClientMessage {
  readonly #driver: ScpiDriver;
  readonly #clock: Clock;
  readonly #message: LongMessage;
  /** How long the instrument has waited for the last bytes, and how many of them have come. */
  #waitedMs = 0;
  #bytes = 0;

  constructor(driver: ScpiDriver, clock: Clock, message: LongMessage) {
    this.#driver = driver;
    this.#clock = clock;
    this.#message = message;
  }

  get isWhole(): boolean {
    return this.#message.isEnded;
  }

  get expectsResponse(): boolean {
    const { beginning, isQuery } = this.#message;
    return this.#driver.expectsReply(beginning, isQuery);
  }

  get untilRoom(): Promise<void> | undefined {
    return this.#message.untilRoom;
  }

  async perform(transact: Transact, taker: ResponseTaker): Promise<void> {
    try {
      await transact(
        this.#driver.exchangeLong(
          this.#message.beginning,
          async (signal) => await this.#next(signal),
          () => this.expectsResponse,
          taker,
        ),
      );
    } catch (error) {
      // Nobody takes the rest of it any more.
      this.#message.abandon(asSignalboxError(error));
      throw error;
    }
  }

  async #next(signal: AbortSignal): Promise<Uint8Array | undefined> {
    const stalled = new AbortController();
    const sinceMs = this.#clock.monotonic();
    const leftMs = Math.max(0, stalledMessageMs - this.#waitedMs);
    const timer = this.#clock.schedule(leftMs, () => stalled.abort(stalledError()));
    try {
      const either = AbortSignal.any([signal, stalled.signal]);
      const piece = await raceAbort(this.#message.next(), either, 'a message');
      this.#came(piece?.length ?? 0, this.#clock.monotonic() - sinceMs);
      return piece;
    } finally {
      timer.cancel();
    }
  }

  #came(bytes: number, waitedMs: number): void {
    this.#bytes += bytes;
    this.#waitedMs += waitedMs;
    if (this.#bytes < stalledMessageBytes) return;
    this.#bytes = 0;
    this.#waitedMs = 0;
  }
}

function stalledError(): SignalboxError {
  return new SignalboxError(
    'CANCELLED',
    `a client sent a part of a message and then let the instrument wait for ${stalledMessageMs} ms`,
    { details: { stalledMessageMs, stalledMessageBytes } },
  );
}

function tooLong(length: number): ClientMessage {
  return {
    isWhole: true,
    expectsResponse: false,
    perform: () =>
      Promise.reject(
        new SignalboxError(
          'BAD_ARGUMENT',
          `a message of ${length} bytes was dropped; the longest allowed has ${messageLengthMost}`,
          { details: { length, messageLengthMost } },
        ),
      ),
  };
}
