import type { SignalboxError } from '../../kernel/index.ts';
import type { HislipClientExchange, HislipData, HislipEvent } from '../../protocols/index.ts';
import type { Chunk } from '../link.ts';
import { MessageBuffer } from '../message-buffer.ts';

const noBytes = new Uint8Array();

/** What becomes of a part of a response. */
export type ResponseEvent = Extract<HislipEvent, { kind: 'begin' | 'piece' | 'end' }>;

/**
 * What comes of responses, piece by piece as it comes, and which of it goes to the reader. It is dropped
 * as soon as it answers nothing that is waited for. IVI-6.1, sections 3.1.2 and 3.2.2.
 */
export class HislipResponses {
  readonly #buffer: MessageBuffer;
  #exchange: HislipClientExchange;
  /** The message that has begun goes to the reader. */
  #isTaking = false;
  /** Of its payload, what came last: the end of the message may be in it. */
  #piece: Uint8Array = noBytes;
  /** The reader has had some of a response, and not its end. */
  #isGivenInPart = false;

  constructor(address: string, exchange: HislipClientExchange) {
    this.#buffer = new MessageBuffer(address);
    this.#exchange = exchange;
  }

  get exchange(): HislipClientExchange {
    return this.#exchange;
  }

  get isFull(): boolean {
    return this.#buffer.isFull;
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    return await this.#buffer.read(signal);
  }

  /**
   * A part of a Data or DataEnd has come.
   * @returns false when what the reader has had belongs to a response that goes no further
   */
  hear(event: ResponseEvent): boolean {
    switch (event.kind) {
      case 'begin':
        this.#isTaking = this.#exchange.arriving(event.data.messageId) === 'take';
        return this.#isTaking || this.drop();
      case 'piece':
        this.flush();
        if (this.#isTaking) this.#piece = event.bytes;
        return true;
      case 'end':
        if (this.#isTaking) this.#end(event.data);
        this.#isTaking = false;
        return true;
    }
  }

  /** Nothing more is there for now: what there is of a payload can be read. */
  flush(): void {
    if (this.#piece.length > 0) this.#push(this.#piece, undefined);
  }

  /**
   * What is there of responses answers nobody.
   * @returns false when the reader has had some of it already
   */
  drop(): boolean {
    const isWhole = !this.#isGivenInPart;
    this.#forget();
    this.#buffer.drop();
    return isWhole;
  }

  /** A newer message goes out: in synchronized mode nothing of before is waited for. Rule 3 of 3.1.2. */
  overtake(): void {
    if (!this.#exchange.isOverlap) this.drop();
  }

  /** After a device clear nothing of before is left. */
  begin(exchange: HislipClientExchange): void {
    this.#exchange = exchange;
    this.#forget();
    this.#buffer.clear();
  }

  refuse(error: SignalboxError): void {
    this.#buffer.refuse(error);
  }

  fail(error: SignalboxError): void {
    this.#buffer.fail(error);
  }

  #end(message: HislipData): void {
    this.#push(this.#piece, message);
  }

  #push(data: Uint8Array, message: HislipData | undefined): void {
    this.#piece = noBytes;
    const end = message?.isEnd === true;
    const exchange = this.#exchange;
    const taken = (): void => {
      this.#isGivenInPart = !end;
      if (message !== undefined) exchange.delivered(message.messageId, end);
    };
    this.#buffer.push(data, end, taken);
  }

  #forget(): void {
    this.#isTaking = false;
    this.#piece = noBytes;
    this.#isGivenInPart = false;
  }
}
