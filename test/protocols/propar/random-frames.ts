import type { ProparFrame } from '../../../src/protocols/index.ts';

/** Bytes that mean something to one of the framings, so that they come often. */
const special = [0x10, 0x02, 0x03, 0x3a, 0x0d, 0x0a, 0x00];

/** Frames and garbage that a generator of random numbers decides. */
export class RandomFrames {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** A whole number from 0 up to, but without, `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  byte(): number {
    return this.#random() < 0.4 ? (special[this.below(special.length)] ?? 0) : this.below(256);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.byte());
  }

  frame(hasSequence: boolean): ProparFrame {
    const sequence = hasSequence ? this.below(256) : 0;
    const isError = this.#random() < 0.05;
    if (isError) {
      const node = hasSequence ? this.below(256) : 0;
      return { sequence, node, data: new Uint8Array(), errorCode: this.below(256) };
    }
    const length = this.#random() < 0.02 ? 200 + this.below(55) : 1 + this.below(40);
    return { sequence, node: this.below(256), data: this.bytes(length) };
  }

  /** The bytes of a frame with up to three changes, or something else altogether. */
  mutate(good: Uint8Array): Uint8Array {
    const bytes = [...good];
    const changes = 1 + this.below(3);
    for (let change = 0; change < changes; change += 1) {
      const at = this.below(bytes.length);
      const kind = this.#random();
      if (kind < 0.3) bytes[at] = this.byte();
      else if (kind < 0.5) bytes.splice(at, 1);
      else if (kind < 0.7) bytes.splice(at, 0, this.byte());
      else if (kind < 0.85) bytes.length = at;
      else bytes.splice(0, bytes.length, ...this.bytes(this.below(60)));
    }
    return Uint8Array.from(bytes);
  }

  /** A stream in pieces, cut at any places. */
  cut(stream: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < stream.length;) {
      const length = 1 + this.below(this.#random() < 0.5 ? 8 : 200);
      pieces.push(stream.subarray(at, at + length));
      at += length;
    }
    return pieces;
  }
}
