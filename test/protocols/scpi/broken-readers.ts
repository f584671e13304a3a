/** What a reader of messages can get wrong. */
export const faults = [
  'ends a message in a string',
  'ends a message in a block',
  'takes a ? in a string for a query',
  'takes a ? in a block for a query',
  'takes any # for the head of a block',
  'knows only lengths of one digit',
  'forgets what it was in at the end of a chunk',
  'opens a string at an apostrophe',
] as const;

export type Fault = (typeof faults)[number];

/** A plain reader of program messages that has one fault, or none. */
export class BrokenReader {
  readonly #fault: Fault | undefined;
  #text = '';
  #isQuery = false;
  #quote = '';
  #head = '';
  #left = 0;
  #before = '';
  #place: 'header' | 'value' | 'other' = 'header';

  constructor(fault?: Fault) {
    this.#fault = fault;
  }

  push(chunk: string): string[] {
    const found = Array.from(chunk).flatMap((character) => this.#take(character));
    if (this.#fault === 'forgets what it was in at the end of a chunk') {
      this.#quote = '';
      this.#left = 0;
    }
    return found;
  }

  #take(character: string): string[] {
    const isInString = this.#quote !== '';
    const isInBlock = this.#left > 0;
    const endsAnyway =
      (isInString && this.#fault === 'ends a message in a string') ||
      (isInBlock && this.#fault === 'ends a message in a block');
    if (character === '\n' && (endsAnyway || !(isInString || isInBlock))) return [this.#finish()];
    this.#text += character;
    this.#isQuery ||= character === '?' && this.#asks(isInString, isInBlock);
    if (isInBlock) this.#left -= 1;
    else if (isInString) {
      if (character === this.#quote) this.#quote = '';
    } else this.#takeText(character);
    this.#before = character;
    return [];
  }

  #asks(isInString: boolean, isInBlock: boolean): boolean {
    if (isInString) return this.#fault === 'takes a ? in a string for a query';
    return !isInBlock || this.#fault === 'takes a ? in a block for a query';
  }

  #takeText(character: string): void {
    if (this.#head !== '' && this.#takeHead(character)) return;
    const isAny = this.#fault === 'takes any # for the head of a block';
    const isStart = this.#place === 'value' || this.#text.length === 1;
    if (character === '#' && (isAny || isStart)) this.#head = '#';
    const isApostrophe = character === "'" && /[a-z0-9]/i.test(this.#before);
    const opens = !isApostrophe || this.#fault === 'opens a string at an apostrophe';
    if (/["']/.test(character) && opens) this.#quote = character;
    if (character === ';') this.#place = 'header';
    else if (character === ',') this.#place = 'value';
    else if (character.codePointAt(0)! > 0x20) {
      if (this.#place === 'value') this.#place = 'other';
    } else if (this.#place === 'header') this.#place = 'value';
  }

  /** Whether the character belongs to the head of a block. */
  #takeHead(character: string): boolean {
    const isDigit = this.#head === '#' ? /[1-9]/.test(character) : /\d/.test(character);
    this.#head = isDigit ? this.#head + character : '';
    if (!isDigit) return false;
    const isShort = this.#fault === 'knows only lengths of one digit';
    const digits = isShort ? 1 : Number(this.#head[1]);
    if (this.#head.length === 2 + digits) {
      this.#left = Number(this.#head.slice(2));
      this.#head = '';
      this.#place = 'other';
    }
    return true;
  }

  #finish(): string {
    const shown = `${this.#isQuery ? '?' : '-'} ${this.#text}`;
    this.#text = '';
    this.#isQuery = false;
    this.#quote = '';
    this.#head = '';
    this.#left = 0;
    this.#place = 'header';
    return shown;
  }
}
