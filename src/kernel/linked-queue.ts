/** One place in a {@link LinkedQueue}. */
export interface QueueNode<Item> {
  readonly item: Item;
}

interface Node<Item> extends QueueNode<Item> {
  previous: Node<Item> | undefined;
  next: Node<Item> | undefined;
  queued: boolean;
}

/** First in, first out, with removal from the middle in constant time: a cancelled waiter leaves at once. */
export class LinkedQueue<Item> implements Iterable<Item> {
  #first: Node<Item> | undefined;
  #last: Node<Item> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Item | undefined {
    return this.#first?.item;
  }

  push(item: Item): QueueNode<Item> {
    const node: Node<Item> = { item, previous: this.#last, next: undefined, queued: true };
    if (this.#last === undefined) this.#first = node;
    else this.#last.next = node;
    this.#last = node;
    this.#size += 1;
    return node;
  }

  shift(): Item | undefined {
    const node = this.#first;
    if (node === undefined) return undefined;
    this.remove(node);
    return node.item;
  }

  /** Whether the node was still queued. */
  remove(place: QueueNode<Item>): boolean {
    const node = place as Node<Item>;
    if (!node.queued) return false;
    node.queued = false;
    if (node.previous === undefined) this.#first = node.next;
    else node.previous.next = node.next;
    if (node.next === undefined) this.#last = node.previous;
    else node.next.previous = node.previous;
    this.#size -= 1;
    return true;
  }

  /** In order. Items may be removed meanwhile, and are then left out. */
  *[Symbol.iterator](): Iterator<Item> {
    // A removed node still leads to the one that followed it.
    for (let node = this.#first; node !== undefined; node = node.next) {
      if (node.queued) yield node.item;
    }
  }
}
