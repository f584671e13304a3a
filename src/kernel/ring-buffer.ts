/** The newest `capacity` items; an older one is dropped for each that comes when it is full. */
export class RingBuffer<Item> implements Iterable<Item> {
  readonly capacity: number;
  readonly #items: Item[] = [];
  #next = 0;
  #dropped = 0;

  constructor(capacity: number) {
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
