import { SignalboxError } from './signalbox-error.ts';

/** The newest `capacity` items; an older one is dropped for each that comes when it is full. */
export class RingBuffer<Item> implements Iterable<Item> {
  readonly capacity: number;
  readonly #items: Item[] = [];
  #next = 0;
  #dropped = 0;

  /** @throws BAD_ARGUMENT for a capacity that is not a whole number of at least 1 */
  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new SignalboxError('BAD_ARGUMENT', `the capacity is ${capacity}; it must be 1 or more`);
    }
    this.capacity = capacity;
  }

  get size(): number {
    return this.#items.length;
  }

  /** How many items were dropped for newer ones. */
  get dropped(): number {
    return this.#dropped;
  }

  push(item: Item): void {
    if (this.#items.length < this.capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.capacity;
    this.#dropped += 1;
  }

  /** Oldest first. */
  *[Symbol.iterator](): Iterator<Item> {
    for (let index = 0; index < this.#items.length; index += 1) {
      yield this.#items[(this.#next + index) % this.#items.length] as Item;
    }
  }
}
