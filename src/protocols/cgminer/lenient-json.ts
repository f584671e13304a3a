import { cgminerNestingMost } from './limits.ts';

/** A value of JSON. What a miner could not say (`nan`, `inf`) is null. */
export type LenientJson =
  | string
  | number
  | boolean
  | null
  | readonly LenientJson[]
  | { readonly [name: string]: LenientJson };

/** What was made of a text. */
export interface LenientResult {
  readonly value: LenientJson;
  /** Whether the text ended before it was complete; what was not complete is left out. */
  readonly isTruncated: boolean;
}

/**
 * Reads JSON as miners write it: with `nan` and `inf` for numbers, commas that are missing (`}{`), too many
 * (`[,{`) or in front, unescaped control characters, and an end that is missing. A number or text that the
 * end of the input cuts is left out: nobody knows how it went on.
 * @returns undefined for what cannot be understood, or is nested deeper than {@link cgminerNestingMost}
 */
export function parseLenientJson(text: string): LenientResult | undefined {
  const reader = new LenientReader(text);
  const value = reader.whole();
  return value === undefined ? undefined : { value, isTruncated: reader.isTruncated };
}

/** The end came inside of a value. */
const cut = Symbol('cut');
/** There is something that is no JSON at all. */
const wrong = Symbol('wrong');
type Outcome = LenientJson | typeof cut | typeof wrong;

const digits = /[-+0-9.eE]/;
const words = /[A-Za-z]/;

class LenientReader {
  readonly #text: string;
  #at = 0;
  isTruncated = false;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): LenientJson | undefined {
    this.#skip();
    const outcome = this.#value(0);
    if (outcome === wrong || outcome === cut) return undefined;
    this.#skip();
    // Something after the end belongs to nothing.
    return this.#at < this.#text.length ? undefined : outcome;
  }

  #value(depth: number): Outcome {
    if (depth > cgminerNestingMost) return wrong;
    switch (this.#text[this.#at]) {
      case undefined:
        this.isTruncated = true;
        return cut;
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #object(depth: number): Outcome {
    this.#at += 1;
    const entries = new Map<string, LenientJson>();
    for (;;) {
      this.#skip();
      if (this.#closes('}')) break;
      const name = this.#text[this.#at] === '"' ? this.#string() : wrong;
      if (name === cut) break;
      if (typeof name !== 'string') return wrong;
      this.#skipBlanks();
      if (this.#at >= this.#text.length) {
        this.isTruncated = true;
        break;
      }
      if (this.#text[this.#at] !== ':') return wrong;
      this.#at += 1;
      this.#skipBlanks();
      const value = this.#value(depth + 1);
      if (value === wrong) return wrong;
      if (value === cut) break;
      entries.set(name, value);
    }
    // Own properties, whatever they are called.
    return Object.fromEntries(entries);
  }

  #array(depth: number): Outcome {
    this.#at += 1;
    const items: LenientJson[] = [];
    for (;;) {
      this.#skip();
      if (this.#closes(']')) return items;
      const value = this.#value(depth + 1);
      if (value === wrong) return wrong;
      if (value === cut) return items;
      items.push(value);
    }
  }

  /** Whether the end is here: the bracket, or that of the text. */
  #closes(bracket: string): boolean {
    if (this.#at >= this.#text.length) {
      this.isTruncated = true;
      return true;
    }
    if (this.#text[this.#at] !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #string(): string | typeof cut | typeof wrong {
    const start = this.#at + 1;
    let at = start;
    let isPlain = true;
    for (;;) {
      const character = this.#text[at];
      if (character === undefined) {
        this.#at = at;
        this.isTruncated = true;
        return cut;
      }
      if (character === '"') break;
      if (character === '\\') at += 1;
      if (character === '\\' || character < ' ') isPlain = false;
      at += 1;
    }
    this.#at = at + 1;
    const inner = this.#text.slice(start, at);
    return isPlain ? inner : unescaped(inner);
  }

  #scalar(): Outcome {
    const start = this.#at;
    const pattern = words.test(this.#text[start] ?? '') ? words : digits;
    while (pattern.test(this.#text[this.#at] ?? '')) this.#at += 1;
    // `-nan`, `+inf`: what follows the sign are letters.
    if (/^[-+]$/.test(this.#text.slice(start, this.#at))) {
      while (words.test(this.#text[this.#at] ?? '')) this.#at += 1;
    }
    const word = this.#text.slice(start, this.#at);
    if (word === '') return wrong;
    if (this.#at >= this.#text.length) {
      this.isTruncated = true;
      return cut;
    }
    if (/^[-+]?(?:nan|inf|infinity)$/i.test(word) || word === 'null') return null;
    if (word === 'true') return true;
    if (word === 'false') return false;
    const number = Number(word);
    return Number.isFinite(number) ? number : wrong;
  }

  /** Blanks, and commas wherever they are: that one is missing or too many changes nothing. */
  #skip(): void {
    while (/[\s,]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }
}

/** With control characters that nobody escaped, and escapes that JSON does not know. */
function unescaped(inner: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what has to be escaped
  const escaped = inner.replaceAll(/[\u0000-\u001f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  try {
    return JSON.parse(`"${escaped}"`) as string;
  } catch {
    return inner;
  }
}
