import { BlockTracker } from '../ieee488/index.ts';

/**
 * Whose text it is. Programs quote with either quotation mark (IEEE 488.2, 7.7.5), instruments with
 * the double one only (8.7.8).
 */
export type Speaker = 'program' | 'instrument';

const hash = 0x23;
const doubleQuote = 0x22;
const singleQuote = 0x27;
const comma = 0x2c;
const semicolon = 0x3b;
const space = 0x20;

/**
 * Follows a message byte by byte and knows which bytes are data of a string or a block, so that
 * neither a line feed nor anything else in them means something. A block begins only where a value
 * may begin, so `"Model #15"`, `Model,Probe #15` and `CH#15` hold none.
 */
export class ElementScanner {
  readonly #speaker: Speaker;
  readonly #block = new BlockTracker();
  #quote: number | undefined;
  /** Where in a unit (header, white space, values with commas between) the next byte is. */
  #place: 'start' | 'header' | 'before-value' | 'value' = 'start';
  #followsWord = false;

  constructor(speaker: Speaker) {
    this.#speaker = speaker;
  }

  /** Whether the next byte is data of a string, or of a block that knows its length. */
  get isInData(): boolean {
    return this.#quote !== undefined || this.#block.bytesLeft > 0;
  }

  /** Whether a block without length is open. */
  get isIndefinite(): boolean {
    return this.#block.isIndefinite;
  }

  /** How many of the next bytes are surely data of a block. */
  get bytesLeft(): number {
    return this.#block.bytesLeft;
  }

  /** Passes over so many bytes of a block, at most {@link bytesLeft}. */
  skip(bytes: number): void {
    this.#block.skip(bytes);
  }

  /** Takes one byte and says whether it means something by itself. */
  take(byte: number): boolean {
    if (this.#quote !== undefined) {
      // A doubled quotation mark closes and opens again, which comes to the same.
      if (byte === this.#quote) this.#quote = undefined;
      return false;
    }
    if (this.#block.isOpen || (byte === hash && this.#mayBeginBlock)) {
      // Behind a block comes the next one, or what separates values.
      this.#place = 'before-value';
      this.#followsWord = false;
      if (this.#block.take(byte)) return false;
    }
    if (this.#opensString(byte)) this.#quote = byte;
    this.#move(byte);
    return true;
  }

  /** The message ended. */
  reset(): void {
    this.#block.reset();
    this.#quote = undefined;
    this.#place = 'start';
    this.#followsWord = false;
  }

  get #mayBeginBlock(): boolean {
    return this.#place === 'start' || this.#place === 'before-value';
  }

  /** An apostrophe, or an instrument's inch mark, comes behind a word. */
  #opensString(byte: number): boolean {
    if (this.#speaker === 'instrument') return byte === doubleQuote && !this.#followsWord;
    return byte === doubleQuote || (byte === singleQuote && !this.#followsWord);
  }

  #move(byte: number): void {
    this.#followsWord = isWord(byte);
    if (byte === semicolon) this.#place = 'start';
    else if (byte === comma) this.#place = 'before-value';
    else if (byte <= space) {
      if (this.#place === 'header') this.#place = 'before-value';
    } else this.#place = this.#place === 'start' || this.#place === 'header' ? 'header' : 'value';
  }
}

function isWord(byte: number): boolean {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const lower = byte | 0x20;
  return isDigit || (lower >= 0x61 && lower <= 0x7a);
}
