import { interpretAsCommand, telnetCommands, telnetVerbs } from './codes.ts';
import type { TelnetVerb } from './codes.ts';

/** A longer subnegotiation is dropped up to its end, and told of. */
export const subnegotiationBytesMost = 1_024;

/** What a {@link TelnetReader} found. */
export type TelnetToken =
  /** Data: a part of the chunk itself, not a copy. */
  | { readonly kind: 'data'; readonly data: Uint8Array }
  /** One of {@link telnetCommands}, or another that means nothing here. */
  | { readonly kind: 'command'; readonly command: number }
  | { readonly kind: 'negotiation'; readonly verb: TelnetVerb; readonly option: number }
  | { readonly kind: 'subnegotiation'; readonly option: number; readonly data: Uint8Array }
  /** What breaks the rules, and was dropped. */
  | { readonly kind: 'malformed'; readonly reason: string };

const carriageReturn = 0x0d;
const zero = 0x00;

const verbs: ReadonlyMap<number, TelnetVerb> = new Map(
  Object.entries(telnetVerbs).map(([verb, byte]) => [byte, verb as TelnetVerb]),
);

type State =
  | { readonly kind: 'data' }
  | { readonly kind: 'command' }
  | { readonly kind: 'option'; readonly verb: TelnetVerb }
  | { readonly kind: 'inside' }
  | { readonly kind: 'command-inside' };

const inData: State = { kind: 'data' };
const inCommand: State = { kind: 'command' };
const inside: State = { kind: 'inside' };
const commandInside: State = { kind: 'command-inside' };

/** Takes a telnet stream apart into data, commands and negotiations. RFC 854 and 855. */
export class TelnetReader {
  /**
   * Whether the other side sends every byte as it is (RFC 856). Else it sends a lone carriage return
   * with a zero behind it, which is left out here (RFC 854, "The NVT printer and keyboard").
   */
  isBinary = false;
  #state: State = inData;
  #hasReturn = false;
  /** The option, and what was said of it. */
  #content: number[] = [];
  #contentLength = 0;

  /** How many bytes of an incomplete subnegotiation are kept. */
  get bytesKept(): number {
    return this.#content.length;
  }

  /**
   * Takes the next bytes. Goes on as it is asked for more, so that {@link isBinary} can change
   * between two of them. Never throws.
   */
  *read(chunk: Uint8Array): Generator<TelnetToken, undefined> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state.kind === 'data') {
        const end = this.#endOfData(chunk, at);
        yield* this.#data(chunk.subarray(at, end));
        at = end;
        if (at < chunk.length) this.#state = inCommand;
        at += 1;
      } else if (this.#state.kind === 'command' && chunk[at] === interpretAsCommand) {
        // The second of two is the data, together with what follows.
        const end = this.#endOfData(chunk, at + 1);
        this.#state = inData;
        yield* this.#data(chunk.subarray(at, end));
        at = end;
      } else {
        yield* this.#take(chunk[at] ?? 0, this.#state);
        at += 1;
      }
    }
  }

  #endOfData(chunk: Uint8Array, from: number): number {
    const end = chunk.indexOf(interpretAsCommand, from);
    return end < 0 ? chunk.length : end;
  }

  *#data(data: Uint8Array): Generator<TelnetToken, undefined> {
    let start = 0;
    if (!this.isBinary) {
      for (let at = 0; at < data.length; at += 1) {
        const byte = data[at];
        if (byte === zero && this.#hasReturn) {
          if (at > start) yield { kind: 'data', data: data.subarray(start, at) };
          start = at + 1;
        }
        this.#hasReturn = byte === carriageReturn;
      }
    } else this.#hasReturn = false;
    if (start < data.length) yield { kind: 'data', data: data.subarray(start) };
  }

  #take(byte: number, state: Exclude<State, { kind: 'data' }>): readonly TelnetToken[] {
    switch (state.kind) {
      case 'command':
        return this.#takeCommand(byte);
      case 'option':
        this.#state = inData;
        return [{ kind: 'negotiation', verb: state.verb, option: byte }];
      case 'inside':
        if (byte === interpretAsCommand) this.#state = commandInside;
        else this.#keep(byte);
        return [];
      case 'command-inside':
        return this.#takeCommandInside(byte);
    }
  }

  #takeCommand(byte: number): readonly TelnetToken[] {
    const verb = verbs.get(byte);
    if (verb !== undefined) {
      this.#state = { kind: 'option', verb };
      return [];
    }
    if (byte === telnetCommands.subnegotiation) {
      this.#state = inside;
      this.#clear();
      return [];
    }
    this.#state = inData;
    return [{ kind: 'command', command: byte }];
  }

  #takeCommandInside(byte: number): readonly TelnetToken[] {
    if (byte === interpretAsCommand) {
      this.#state = inside;
      this.#keep(byte);
      return [];
    }
    if (byte === telnetCommands.subnegotiationEnd) {
      this.#state = inData;
      return [this.#finish()];
    }
    // What began was not ended: the command counts, so that the reader is in step again.
    const reason = `a subnegotiation that broke off after ${this.#contentLength} bytes`;
    this.#clear();
    return [{ kind: 'malformed', reason }, ...this.#takeCommand(byte)];
  }

  #keep(byte: number): void {
    this.#contentLength += 1;
    if (this.#contentLength <= subnegotiationBytesMost) this.#content.push(byte);
    else if (this.#content.length > 0) this.#content = [];
  }

  #finish(): TelnetToken {
    const [option, ...data] = this.#content;
    const length = this.#contentLength;
    this.#clear();
    if (length > subnegotiationBytesMost) {
      const reason = `a subnegotiation of ${length} bytes, where ${subnegotiationBytesMost} is the most`;
      return { kind: 'malformed', reason };
    }
    if (option === undefined) return { kind: 'malformed', reason: 'a subnegotiation of nothing' };
    return { kind: 'subnegotiation', option, data: Uint8Array.from(data) };
  }

  #clear(): void {
    this.#content = [];
    this.#contentLength = 0;
  }
}
