import { ByteGatherer } from '../byte-gatherer.ts';
import { areLengths, ArrayFiller } from './array-filler.ts';
import { putInArrays } from './arrays.ts';
import { lineBytesMost } from './limits.ts';
import { messageOf } from './message.ts';
import type { JsonRpcMessage } from './message.ts';
import { isTooDeep } from './nesting.ts';

/** What is wrong with what came. After `lengths` nothing more can be understood. */
export type JsonRpcFault =
  | 'encoding'
  | 'json'
  | 'message'
  | 'nesting'
  | 'arrays'
  | 'length'
  | 'lengths';

/** Something that came and is no message. */
export interface MalformedJsonRpc {
  readonly kind: 'malformed';
  readonly fault: JsonRpcFault;
  /** How many bytes, or characters of them, are lost with it; at least, where the line goes on. */
  readonly bytes: number;
  /** How it begins, for a log: printable, and at most {@link excerptLengthMost} characters. */
  readonly excerpt: string;
}

export type JsonRpcEvent = JsonRpcMessage | MalformedJsonRpc;

export const excerptLengthMost = 120;

const lineFeed = 0x0a;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8 = new TextEncoder();

/**
 * Cuts bytes, however they come, into JSON-RPC messages: a line of JSON each, with the bytes of its
 * arrays straight after it. Keeps no reference to the bytes that it is given.
 */
export class JsonRpcReader {
  readonly #decode: (bytes: Uint8Array) => string | undefined;
  /** The beginning of a line that has not ended yet. */
  readonly #begun = new ByteGatherer();
  /** What is left of a line that is too long goes by. */
  #isSkipping = false;
  #skippedBytes = 0;
  #announced:
    | { readonly value: object; readonly line: string; readonly filler: ArrayFiller }
    | undefined;
  #isLost = false;

  /**
   * @param decode UTF-8 as text, byte order mark and all, or undefined where it is none. @default a
   *   strict `TextDecoder`
   */
  constructor(decode: (bytes: Uint8Array) => string | undefined = decoded) {
    this.#decode = decode;
  }

  /** Whether something came after which nothing can be understood any more. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** What is complete with these bytes, in its order. */
  read(bytes: Uint8Array): JsonRpcEvent[] {
    const events: JsonRpcEvent[] = [];
    let rest = bytes;
    let hadArrays = false;
    while (rest.length > 0 && !this.#isLost) {
      if (this.#announced !== undefined) {
        hadArrays = true;
        rest = rest.subarray(this.#fill(rest, events));
        continue;
      }
      // Where arrays are about, what follows a line may be no text.
      const isSingle = this.#isSkipping || this.#begun.length > 0 || hadArrays;
      const end = isSingle ? rest.indexOf(lineFeed) : endOfLines(rest);
      if (end === -1) {
        this.#begin(rest, events);
        break;
      }
      const block = end === rest.length - 1 ? rest : rest.subarray(0, end + 1);
      const taken = this.#lines(block, events);
      if (taken === rest.length) break;
      rest = rest.subarray(taken);
    }
    return events;
  }

  /**
   * As {@link read}, for messages that are text already.
   * @param arrays those of the one message that the text is, where it has any
   */
  readText(text: string, arrays?: readonly Uint8Array[]): JsonRpcEvent[] {
    const events: JsonRpcEvent[] = [];
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const value = this.#parsed(line, events);
      if (value !== undefined) this.#finish(value, line, arrays, events);
    }
    return events;
  }

  /** Takes lines, each with its LF. @returns how many bytes that took */
  #lines(block: Uint8Array, events: JsonRpcEvent[]): number {
    if (this.#isSkipping) {
      this.#isSkipping = false;
      return block.length;
    }
    if (this.#begun.length > 0) {
      const isTooLong = this.#begun.length + block.length > lineBytesMost;
      this.#begun.add(new Uint8Array(block));
      const line = this.#begun.take();
      if (isTooLong) events.push(malformed('length', line));
      else this.#oneByOne(line, events);
      return block.length;
    }
    return this.#together(block, events) ?? this.#oneByOne(block, events);
  }

  /** Several lines as one text, which is quickest. @returns undefined when they are none */
  #together(block: Uint8Array, events: JsonRpcEvent[]): number | undefined {
    const text = this.#decode(block);
    if (text === undefined) return undefined;
    for (let start = 0; start < text.length;) {
      const next = text.indexOf('\n', start) + 1;
      // A line alone is not even copied.
      this.#line(start === 0 && next === text.length ? text : text.slice(start, next), events);
      start = next;
      if (this.#announced !== undefined || this.#isLost) {
        return bytesOf(text.slice(0, next), block.length === text.length);
      }
    }
    return block.length;
  }

  /** The first of several lines, where one of them is no text. */
  #oneByOne(block: Uint8Array, events: JsonRpcEvent[]): number {
    const line = block.subarray(0, block.indexOf(lineFeed) + 1);
    const text = this.#decode(line);
    if (text === undefined) events.push(malformed('encoding', line));
    else this.#line(text, events);
    return line.length;
  }

  #line(line: string, events: JsonRpcEvent[]): void {
    if (line.length * 3 > lineBytesMost && bytesOf(line, false) > lineBytesMost) {
      events.push(malformed('length', line));
      return;
    }
    const value = this.#parsed(line, events);
    if (value === undefined) return;
    const announced = value.$binary;
    if (announced === undefined) {
      this.#finish(value, line, undefined, events);
    } else if (areLengths(announced)) {
      this.#announced = { value, line, filler: new ArrayFiller(announced) };
      this.#fill(new Uint8Array(), events);
    } else {
      this.#isLost = true;
      events.push(malformed('lengths', line));
    }
  }

  #parsed(line: string, events: JsonRpcEvent[]): { readonly $binary?: unknown } | undefined {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // An empty line is nothing, and no mistake.
      if (line.trim() !== '') events.push(malformed('json', line));
      return undefined;
    }
    if (typeof value === 'object' && value !== null) return value;
    events.push(malformed('message', line));
    return undefined;
  }

  #fill(bytes: Uint8Array, events: JsonRpcEvent[]): number {
    if (this.#announced === undefined) return 0;
    const { value, line, filler } = this.#announced;
    const taken = filler.take(bytes);
    if (filler.isFull) {
      this.#announced = undefined;
      this.#finish(value, line, filler.arrays, events);
    }
    return taken;
  }

  #finish(
    value: object,
    line: string,
    arrays: readonly Uint8Array[] | undefined,
    events: JsonRpcEvent[],
  ): void {
    if (isTooDeep(line)) {
      events.push(malformed('nesting', line));
    } else if (arrays !== undefined && putInArrays(value, arrays) === undefined) {
      events.push(malformed('arrays', line));
    } else {
      events.push(messageOf(value) ?? malformed('message', line));
    }
  }

  #begin(bytes: Uint8Array, events: JsonRpcEvent[]): void {
    if (this.#isSkipping) {
      this.#skippedBytes += bytes.length;
      if (this.#skippedBytes < lineBytesMost) return;
      // A line that never ends is told again and again, so that whoever counts hears of it.
      events.push({ ...malformed('length', bytes), bytes: this.#skippedBytes });
      this.#skippedBytes = 0;
      return;
    }
    this.#begun.add(new Uint8Array(bytes));
    if (this.#begun.length < lineBytesMost) return;
    events.push(malformed('length', this.#begun.take()));
    this.#isSkipping = true;
    this.#skippedBytes = 0;
  }
}

/** Where the last LF is; mostly at the end. */
function endOfLines(bytes: Uint8Array): number {
  return bytes[bytes.length - 1] === lineFeed ? bytes.length - 1 : bytes.lastIndexOf(lineFeed);
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function bytesOf(text: string, isAscii: boolean): number {
  return isAscii ? text.length : utf8.encode(text).length;
}

function malformed(fault: JsonRpcFault, line: Uint8Array | string): MalformedJsonRpc {
  const start = line.slice(0, excerptLengthMost);
  const text = typeof start === 'string' ? start : lenient.decode(start);
  const excerpt = text.replace(/\n$/, '').replaceAll(/[^\x20-\x7e]/g, '.');
  return { kind: 'malformed', fault, bytes: line.length, excerpt };
}
