import { subnegotiationBytesMost } from '../../../src/protocols/index.ts';
import type { TelnetToken } from '../../../src/protocols/index.ts';

/** Anything that takes a telnet stream apart. */
export interface TokenFinder {
  isBinary: boolean;
  read(chunk: Uint8Array): Iterable<TelnetToken>;
  readonly bytesKept: number;
}

/** What a reader can get wrong. */
export const faults = [
  'keeps both of a doubled 255',
  'keeps both of a doubled 255 in a subnegotiation',
  'ends a subnegotiation at any 240',
  'forgets what came before a chunk',
  'gathers a subnegotiation without end',
  'takes an option for data',
  'stays in a subnegotiation that broke off',
  'loses the command that breaks a subnegotiation off',
  'leaves out every zero',
  'forgets a carriage return at the end of a chunk',
  'leaves out zeros where every byte counts',
  'throws on a subnegotiation of nothing',
  'begins a command at option 255',
] as const;

export type Fault = (typeof faults)[number];

const verbs = ['will', 'wont', 'do', 'dont'] as const;

/** A plain reader that has one fault, or none. */
export class BrokenReader implements TokenFinder {
  isBinary = false;
  readonly #fault: Fault | undefined;
  #hasReturn = false;
  #isCommand = false;
  #verb: number | undefined;
  #content: number[] | undefined;
  #isTooLong = false;

  constructor(fault?: Fault) {
    this.#fault = fault;
  }

  get bytesKept(): number {
    return this.#content?.length ?? 0;
  }

  read(chunk: Uint8Array): TelnetToken[] {
    if (this.#has('forgets what came before a chunk')) {
      this.#isCommand = false;
      this.#verb = undefined;
      this.#content = undefined;
    }
    if (this.#has('forgets a carriage return at the end of a chunk')) this.#hasReturn = false;
    return Array.from(chunk).flatMap((byte) => this.#take(byte));
  }

  #has(fault: Fault): boolean {
    return this.#fault === fault;
  }

  #take(byte: number): TelnetToken[] {
    if (this.#verb !== undefined) return this.#takeOption(byte, this.#verb);
    if (this.#isCommand) {
      this.#isCommand = false;
      return this.#takeCommand(byte);
    }
    const endsAnywhere = this.#has('ends a subnegotiation at any 240');
    if (byte === 240 && this.#content !== undefined && endsAnywhere) return this.#finish();
    if (byte !== 255) return this.#add(byte);
    this.#isCommand = true;
    return [];
  }

  #takeOption(option: number, verb: number): TelnetToken[] {
    this.#verb = undefined;
    const name = verbs[verb - 251] ?? 'will';
    if (option === 255 && this.#has('begins a command at option 255')) this.#isCommand = true;
    const token: TelnetToken = { kind: 'negotiation', verb: name, option };
    return this.#has('takes an option for data') ? [token, ...this.#add(option)] : [token];
  }

  #takeCommand(byte: number): TelnetToken[] {
    if (byte === 255) {
      const twice: Fault =
        this.#content === undefined
          ? 'keeps both of a doubled 255'
          : 'keeps both of a doubled 255 in a subnegotiation';
      return this.#has(twice) ? [...this.#add(255), ...this.#add(255)] : this.#add(255);
    }
    if (this.#content === undefined) return this.#begin(byte);
    if (byte === 240) return this.#finish();
    if (this.#has('stays in a subnegotiation that broke off')) return [];
    this.#content = undefined;
    const begun = this.#begin(byte);
    const isLost = this.#has('loses the command that breaks a subnegotiation off');
    return [{ kind: 'malformed', reason: '' }, ...(isLost ? [] : begun)];
  }

  #begin(byte: number): TelnetToken[] {
    if (byte >= 251) this.#verb = byte;
    else if (byte === 250) {
      this.#content = [];
      this.#isTooLong = false;
    } else return [{ kind: 'command', command: byte }];
    return [];
  }

  #add(byte: number): TelnetToken[] {
    if (this.#content !== undefined) {
      this.#content.push(byte);
      const most = this.#has('gathers a subnegotiation without end')
        ? Number.POSITIVE_INFINITY
        : subnegotiationBytesMost;
      if (this.#content.length > most) this.#isTooLong = true;
      if (this.#isTooLong) this.#content = [];
      return [];
    }
    const isText = !this.isBinary || this.#has('leaves out zeros where every byte counts');
    const isAfter = this.#hasReturn || this.#has('leaves out every zero');
    this.#hasReturn = byte === 13;
    return byte === 0 && isText && isAfter ? [] : [{ kind: 'data', data: Uint8Array.of(byte) }];
  }

  #finish(): TelnetToken[] {
    const [option, ...data] = this.#content ?? [];
    this.#content = undefined;
    if (this.#isTooLong) return [{ kind: 'malformed', reason: '' }];
    if (option !== undefined) {
      return [{ kind: 'subnegotiation', option, data: Uint8Array.from(data) }];
    }
    if (this.#has('throws on a subnegotiation of nothing')) throw new RangeError('no option');
    return [{ kind: 'malformed', reason: '' }];
  }
}
