interface Entry<Item> {
  readonly dueMs: number;
  readonly item: Item;
}

/** Items by when they are due, the earliest first: a binary heap. An item may be in it several times. */
export class DueQueue<Item> {
  readonly #entries: Entry<Item>[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** When the earliest is due; undefined when there is none. */
  get nextMs(): number | undefined {
    return this.#entries[0]?.dueMs;
  }

  add(dueMs: number, item: Item): void {
    const entry = { dueMs, item };
    let at = this.#entries.length;
    this.#entries.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#entries[above];
      if (parent === undefined || parent.dueMs <= dueMs) break;
      this.#entries[at] = parent;
      at = above;
    }
    this.#entries[at] = entry;
  }

  /** The earliest one, if it is due by then; it is taken out. */
  takeDue(nowMs: number): Item | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const last = this.#entries.pop();
    if (last !== undefined && this.#entries.length > 0) this.#sink(last);
    return first.item;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** Puts an entry in the place of the first, and lets it find its own. */
  #sink(entry: Entry<Item>): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let below = left;
      let child = this.#entries[left];
      const other = this.#entries[right];
      if (child !== undefined && other !== undefined && other.dueMs < child.dueMs) {
        below = right;
        child = other;
      }
      if (child === undefined || child.dueMs >= entry.dueMs) break;
      this.#entries[at] = child;
      at = below;
    }
    this.#entries[at] = entry;
  }
}
