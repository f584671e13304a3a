import type { HislipChannel, HislipSide } from '../../../src/protocols/index.ts';

/** Lengths that a payload may claim to have, of 64 bits. */
const lengths: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 8],
  [0, 0, 0, 0, 0, 0, 4, 1],
  [0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff],
  [0, 0, 0, 1, 0, 0, 0, 0],
  [0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0, 0x20, 0, 0, 0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
];

/** Types that clients send on each channel, so that they come often. */
const usual: Readonly<Record<HislipSide, Readonly<Record<HislipChannel, readonly number[]>>>> = {
  client: { synchronous: [6, 7, 8, 12], asynchronous: [4, 10, 15, 19, 21, 24] },
  server: { synchronous: [1, 6, 7, 9, 13], asynchronous: [5, 11, 14, 16, 18, 20, 22, 23, 25] },
};

/** One connection of a session, as somebody who means harm would fill it. */
export interface RandomStream {
  readonly from: HislipSide;
  readonly channel: HislipChannel;
  /** Whether the first message says which channel it is. */
  readonly isOpening: boolean;
  readonly bytes: Uint8Array;
  readonly messages: number;
}

/** Streams that a generator of random numbers decides. */
export class RandomStreams {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** A whole number from 0 up to, but without, `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  stream(): RandomStream {
    const from = this.chance(0.6) ? 'client' : 'server';
    const channel = this.chance(0.6) ? 'synchronous' : 'asynchronous';
    const isOpening = from === 'client' && this.chance(0.7);
    const messages = 1 + this.below(8);
    const parts = Array.from({ length: messages }, (_, at) => {
      if (isOpening && at === 0) return this.#message([channel === 'synchronous' ? 0 : 17], 0.05);
      return this.#message(this.chance(0.03) ? [0, 17] : usual[from][channel], 0.3);
    });
    return { from, channel, isOpening, bytes: Uint8Array.from(parts.flat()), messages };
  }

  /** A stream in pieces, cut at any places. */
  cut(stream: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < stream.length;) {
      const length = 1 + this.below(this.chance(0.5) ? 8 : 200);
      pieces.push(stream.subarray(at, at + length));
      at += length;
    }
    return pieces;
  }

  /** A message of one of the types; mutated with the given chance. */
  #message(types: readonly number[], mutated: number): number[] {
    const type = types[this.below(types.length)] ?? 0;
    const control = this.chance(0.8) ? this.below(3) : this.below(256);
    const payload = this.#payload(type);
    const bytes = [0x48, 0x53, type, control, ...this.#bytes(4), ...lengthOf(payload), ...payload];
    return this.chance(mutated) ? this.#mutate(bytes) : bytes;
  }

  #payload(type: number): number[] {
    if (type === 15 || type === 16) return this.#bytes(this.chance(0.9) ? 8 : 7);
    if (this.chance(0.5)) return [];
    const length = this.chance(0.02) ? 250 + this.below(900) : this.below(40);
    return Array.from({ length }, () =>
      this.chance(0.95) ? 0x20 + this.below(95) : this.below(256),
    );
  }

  #mutate(good: readonly number[]): number[] {
    const bytes = [...good];
    const kind = this.below(8);
    const at = this.below(bytes.length);
    if (kind === 0) bytes[2] = this.below(this.chance(0.5) ? 40 : 256);
    else if (kind === 1) bytes[3] = this.below(256);
    else if (kind === 2) bytes.splice(8, 8, ...(lengths[this.below(lengths.length)] ?? []));
    else if (kind === 3) bytes[15] = this.below(256);
    else if (kind === 4) bytes.splice(at, 1);
    else if (kind === 5) bytes.splice(at, 0, this.below(256));
    else if (kind === 6) bytes.length = at;
    else bytes[at] = this.below(256);
    return bytes;
  }

  #bytes(length: number): number[] {
    return Array.from({ length }, () => this.below(256));
  }
}

function lengthOf(payload: readonly number[]): number[] {
  return [0, 0, 0, 0, 0, 0, payload.length >> 8, payload.length & 0xff];
}
