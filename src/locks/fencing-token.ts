import { SignalboxError } from '../kernel/index.ts';

/**
 * Proof of one hold on a resource, written `epoch.counter`. Tokens of one source only ever rise,
 * also across restarts, so a token that was overtaken can be told from the newest.
 */
export class FencingToken {
  /** Which start of the source it comes from. */
  readonly epoch: number;
  /** Counts the tokens of one epoch, from 1. */
  readonly counter: number;

  constructor(epoch: number, counter: number) {
    this.epoch = epoch;
    this.counter = counter;
  }

  /** @throws BAD_ARGUMENT when the text is no `epoch.counter` */
  static parse(text: string): FencingToken {
    const match = /^(\d{1,15})\.(\d{1,15})$/.exec(text);
    if (match === null) {
      throw new SignalboxError('BAD_ARGUMENT', `'${text.slice(0, 40)}' is no fencing token`, {
        nextStep: 'Send the token that came with the lease: two numbers with a dot between.',
      });
    }
    return new FencingToken(Number(match[1]), Number(match[2]));
  }

  /** Below zero when this is the older of the two, above when it is the newer. */
  compare(other: FencingToken): number {
    return this.epoch - other.epoch || this.counter - other.counter;
  }

  toString(): string {
    return `${this.epoch}.${this.counter}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Where tokens come from. */
export interface TokenSource {
  /** A token above all that this source ever gave. */
  next(): FencingToken;
}

/** Tokens for a resource that ends with the process, so that nothing outlives it. */
export class MemoryTokenSource implements TokenSource {
  readonly #epoch: number;
  #counter = 0;

  constructor(epoch = 1) {
    this.#epoch = epoch;
  }

  next(): FencingToken {
    this.#counter += 1;
    return new FencingToken(this.#epoch, this.#counter);
  }
}
