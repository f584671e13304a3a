/** Bytes, pieces and damage that a generator of random numbers decides. */
export class RandomBytes {
  readonly #random: () => number;
  readonly #special: readonly number[];

  /** @param special bytes that mean something to the protocol, so that they come often */
  constructor(random: () => number, special: readonly number[]) {
    this.#random = random;
    this.#special = special;
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** A whole number from 0 up to, but without, `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  one<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }

  byte(): number {
    return this.chance(0.4) ? this.one(this.#special) : this.below(256);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.byte());
  }

  /** The same bytes with up to three changes, or something else altogether. */
  mutate(good: Uint8Array): Uint8Array {
    const bytes = [...good];
    for (let changes = 1 + this.below(3); changes > 0; changes -= 1) {
      const at = this.below(bytes.length);
      const kind = this.#random();
      if (kind < 0.4) bytes[at] = this.byte();
      else if (kind < 0.55) bytes.splice(at, 1);
      else if (kind < 0.7) bytes.splice(at, 0, this.byte());
      else if (kind < 0.85) bytes.length = at;
      else if (kind < 0.95) bytes.splice(at, 4, 0xff, 0xff, 0xff, this.byte());
      else bytes.splice(0, bytes.length, ...this.bytes(this.below(60)));
    }
    return Uint8Array.from(bytes);
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
}
