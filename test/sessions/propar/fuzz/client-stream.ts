import { concatenate } from '../../../../src/protocols/index.ts';
import type { ProparMode } from '../../../../src/protocols/index.ts';
import { RandomFrames } from '../../../protocols/propar/random-frames.ts';
import { addresses, answered, constants } from './constants.ts';
import { encodeFrame } from './frame-finder.ts';

/** A request, and the only answer that is right. */
export interface GoodRead {
  readonly request: Uint8Array;
  readonly answer: Uint8Array;
}

/** Values that clients write: setpoint, counter mode, and the tag. */
const writes: readonly (readonly number[])[] = [
  [1, 0x21, 0x3e, 0x80],
  [1, 0x04, 0x05],
  [104, 0x04, 0x01],
  [113, 0x66, 0x03, 0x41, 0x42, 0x43],
];
/** A frame that has begun is given up after fewer bytes. */
const resetBytes = 600;
const lineFeed = 0x0a;
/** The status of an instrument whose answer fits into no frame. */
const bufferOverflow: readonly number[] = [0x00, 29, 0];

/** What a client says, as a generator of random numbers decides. */
export class ClientStream {
  readonly #random: RandomFrames;
  readonly #mode: ProparMode;
  readonly #strangers: readonly number[];

  /** @param strangers addresses that nobody has; any address unless given */
  constructor(random: () => number, mode: ProparMode, strangers: readonly number[] = []) {
    this.#random = new RandomFrames(random);
    this.#mode = mode;
    this.#strangers = strangers;
  }

  below(end: number): number {
    return this.#random.below(end);
  }

  cut(stream: Uint8Array): Uint8Array[] {
    return this.#random.cut(stream);
  }

  /** Random, mutated, truncated, spliced and good frames. */
  frames(count: number): Uint8Array {
    return concatenate(Array.from({ length: count }, () => this.#piece()));
  }

  /** So many good requests, and as many of any frames between them. */
  flood(count: number): Uint8Array {
    return concatenate(
      Array.from({ length: count }, () => concatenate([this.goodRead().request, this.#piece()])),
    );
  }

  /** Brings whoever reads into step, whatever came before. */
  reset(): Uint8Array {
    if (this.#mode === 'ascii') return new Uint8Array(resetBytes).fill(lineFeed);
    // The first is lost when the last byte before it was a lone DLE.
    return concatenate([this.goodRead().request, this.goodRead().request]);
  }

  /** A read of values that never change, and now and then more of them than fit into a frame. */
  goodRead(node = this.#one(addresses)): GoodRead {
    const asked = [0x04];
    const answer = [0x02];
    const groups = 1 + this.below(2);
    for (let group = 0; group < groups; group += 1) {
      const process = this.below(128) | (group < groups - 1 ? 0x80 : 0);
      asked.push(process);
      answer.push(process);
      const values = 1 + this.below(3);
      for (let index = 0; index < values; index += 1) {
        const constant = this.#one(constants);
        const length = this.below(2) * (1 + this.below(this.below(20) === 0 ? 247 : 10));
        const head = this.below(32) | constant.type | (index < values - 1 ? 0x80 : 0);
        asked.push(head, constant.process, constant.parameter | constant.type);
        if (constant.type === 0x60) asked.push(length);
        answer.push(head, ...answered(constant, node, length));
      }
    }
    // The length of a line counts the node too.
    const bytesMost = this.#mode === 'binary' ? 255 : 254;
    const fitting = answer.length > bytesMost ? bufferOverflow : answer;
    const sequence = this.#mode === 'binary' ? this.below(256) : 0;
    const encode = (data: readonly number[]): Uint8Array =>
      encodeFrame({ mode: this.#mode, frame: { sequence, node, data: Uint8Array.from(data) } });
    return { request: encode(asked), answer: encode(fitting) };
  }

  #piece(): Uint8Array {
    const kind = this.below(10);
    if (kind < 2) return this.#good();
    if (kind < 6) return this.#random.mutate(this.#good());
    if (kind < 8) {
      const [one, other] = [this.#good(), this.#good()];
      return concatenate([
        one.subarray(0, this.below(one.length)),
        other.subarray(this.below(other.length)),
      ]);
    }
    return this.#random.bytes(this.below(40));
  }

  #good(): Uint8Array {
    const kind = this.below(10);
    if (kind < 5) return this.goodRead(this.#node()).request;
    const isBinary = kind < 9 === (this.#mode === 'binary');
    const frame = this.#random.frame(isBinary);
    const isMessage = kind < 8;
    const framed = {
      ...frame,
      ...(isMessage || this.#strangers.length > 0 ? { node: this.#node() } : {}),
      ...(isMessage ? { data: this.#message() } : {}),
    };
    return encodeFrame({ mode: isBinary ? 'binary' : 'ascii', frame: framed });
  }

  /** Writes, commands of other numbers, and reads of more text than there is. */
  #message(): Uint8Array {
    if (this.below(8) === 0) return Uint8Array.of(4, 113, 0x61, 113, 0x61, 240 + this.below(16));
    return Uint8Array.of(1 + this.below(10), ...this.#one(writes));
  }

  #node(): number {
    const kind = this.below(20);
    if (kind === 0) return 128;
    if (kind > 1) return this.#one(addresses);
    return this.#strangers.length === 0 ? this.below(256) : this.#one(this.#strangers);
  }

  #one<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}
