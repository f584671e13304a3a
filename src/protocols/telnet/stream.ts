import { concatenate } from '../concatenate.ts';
import { telnetOptions } from './codes.ts';
import { encodeTelnetData } from './encode.ts';
import { TelnetOptionNegotiation } from './option-negotiation.ts';
import type { TelnetOptionChange, TelnetOptionPolicy, TelnetSide } from './option-negotiation.ts';
import { TelnetReader } from './reader.ts';
import type { TelnetToken } from './reader.ts';

/** What came over a telnet connection; negotiations are answered already. */
export type TelnetEvent =
  | Exclude<TelnetToken, { kind: 'negotiation' }>
  | ({ readonly kind: 'option' } & TelnetOptionChange);

/** What came, and what has to be sent back for it. */
export interface TelnetReceived {
  readonly events: readonly TelnetEvent[];
  /** At most as long as what came. */
  readonly reply: Uint8Array;
}

export interface TelnetStreamOptions extends TelnetOptionPolicy {
  /**
   * Whether bytes go as they are from the start, as if both sides had agreed on BINARY. Many programs
   * for serial lines never mean anything else, whatever they agree on.
   * @default false
   */
  readonly isAlwaysBinary?: boolean;
}

/**
 * Our side of a telnet connection: takes apart what comes, agrees on options, and writes data as the
 * options have it. BINARY (RFC 856) must be among the options to be agreed on.
 */
export class TelnetStream {
  readonly #reader = new TelnetReader();
  readonly #options: TelnetOptionNegotiation;
  readonly #isAlwaysBinary: boolean;

  constructor(options: TelnetStreamOptions = {}) {
    this.#options = new TelnetOptionNegotiation(options);
    this.#isAlwaysBinary = options.isAlwaysBinary ?? false;
    this.#reader.isBinary = this.#isAlwaysBinary;
  }

  /** Whether an option is on: both sides agreed. */
  isOn(side: TelnetSide, option: number): boolean {
    return this.#options.isOn(side, option);
  }

  /** Whether an answer to what we asked is still to come. */
  isPending(side: TelnetSide, option: number): boolean {
    return this.#options.isPending(side, option);
  }

  /** Asks for an option to be turned on or off. @returns what to send: nothing when it is so already */
  ask(side: TelnetSide, option: number, on: boolean): Uint8Array {
    const { reply } = this.#options.ask(side, option, on);
    this.#follow();
    return reply;
  }

  /** Takes the next bytes. Data is a part of the chunk itself. Never throws. */
  push(chunk: Uint8Array): TelnetReceived {
    const events: TelnetEvent[] = [];
    const replies: Uint8Array[] = [];
    for (const token of this.#reader.read(chunk)) {
      if (token.kind !== 'negotiation') {
        events.push(token);
        continue;
      }
      const { reply, change } = this.#options.receive(token.verb, token.option);
      if (reply.length > 0) replies.push(reply);
      if (change !== undefined) events.push({ kind: 'option', ...change });
      this.#follow();
    }
    return { events, reply: concatenate(replies) };
  }

  /** Data as it goes over this connection now. */
  encode(data: Uint8Array): Uint8Array {
    return encodeTelnetData(
      data,
      this.#isAlwaysBinary || this.#options.isOn('local', telnetOptions.binary),
    );
  }

  #follow(): void {
    this.#reader.isBinary =
      this.#isAlwaysBinary || this.#options.isOn('remote', telnetOptions.binary);
  }
}
