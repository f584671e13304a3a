/** Numbers that go round from one bound to the other. */
export class RoundTags {
  readonly #first: number;
  readonly #last: number;
  #next: number;

  constructor(first: number, last: number) {
    this.#first = first;
    this.#last = last;
    this.#next = first;
  }

  next(): number {
    const tag = this.#next;
    this.#next = tag === this.#last ? this.#first : tag + 1;
    return tag;
  }
}

/** The bTags of bulk messages: 1 to 255, each other than the last. USBTMC 1.0, table 1. */
export function usbtmcTags(): RoundTags {
  return new RoundTags(1, 255);
}

/** The bTags of READ_STATUS_BYTE: 2 to 127. USBTMC-USB488 1.0, table 11. */
export function usbtmcStatusTags(): RoundTags {
  return new RoundTags(2, 127);
}
