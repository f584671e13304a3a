import type { Occurrence } from './occurrences.ts';

interface Place {
  readonly name: string;
  readonly occurrence: Occurrence;
}

/** What comes next, of many: the nearest is found at once, and a change costs a few steps. */
export class Timetable {
  readonly #places = new Map<string, Place>();
  /** A heap by time. May hold places that are no longer right; they are dropped when they come up. */
  readonly #heap: Place[] = [];

  get nearest(): Occurrence | undefined {
    return this.#first()?.occurrence;
  }

  next(name: string): Occurrence | undefined {
    return this.#places.get(name)?.occurrence;
  }

  /** @param occurrence undefined when nothing comes any more */
  set(name: string, occurrence: Occurrence | undefined): void {
    if (occurrence === undefined) {
      this.#places.delete(name);
      return;
    }
    const place = { name, occurrence };
    this.#places.set(name, place);
    this.#heap.push(place);
    this.#rise(this.#heap.length - 1);
    // Changed over and over again, it would hold more that is wrong than right.
    if (this.#heap.length > 2 * this.#places.size + 64) this.#rebuild();
  }

  /** Takes out who is due by now, the first first. */
  takeDue(nowMs: number): string[] {
    const due: string[] = [];
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      if (first.occurrence.atMs > nowMs) break;
      this.#places.delete(first.name);
      due.push(first.name);
    }
    return due;
  }

  #first(): Place | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#places.get(first.name) === first) return first;
      const last = this.#heap.pop();
      if (last === undefined || this.#heap.length === 0) continue;
      this.#heap[0] = last;
      this.#sink(0);
    }
    return undefined;
  }

  #rebuild(): void {
    this.#heap.length = 0;
    for (const place of this.#places.values()) {
      this.#heap.push(place);
      this.#rise(this.#heap.length - 1);
    }
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#at(parent) <= this.#at(index)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(index) <= this.#at(child)) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #at(index: number): number {
    return this.#heap[index]?.occurrence.atMs ?? Infinity;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
