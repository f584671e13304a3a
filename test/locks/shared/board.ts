/** What a request says of itself, in this order. */
export const events = { asks: 0, waits: 1, got: 2 } as const;

export type Event = keyof typeof events;

/** One line of what happened, in the order in which it happened. */
export interface Entry {
  readonly request: number;
  readonly event: Event;
  readonly isWriter: boolean;
}

const counter = 0;
const holds = 1;
const requests = 2;
const length = 3;
const told = 4;
const turns = 5;
const fault = 6;
const slots = 7;
const slotsMost = 16;
const log = slots + slotsMost;
const logMost = 60_000;
const names = Object.keys(events) as Event[];

const faults = ['', 'who writes is alone', 'nobody reads while another writes'] as const;

/** The memory in which threads write down what they do, so that who looks sees their order. */
export class Board {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer((log + logMost) * 4)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** Counted by who is alone, by reading and writing it: who is not alone loses some. */
  get counter(): number {
    return this.#words[counter] ?? 0;
  }

  set counter(value: number) {
    this.#words[counter] = value;
  }

  /** How many were alone. */
  get holds(): number {
    return Atomics.load(this.#words, holds);
  }

  countHold(): void {
    Atomics.add(this.#words, holds, 1);
  }

  /** How many holders were told that the last one died. */
  get told(): number {
    return Atomics.load(this.#words, told);
  }

  countTold(): void {
    Atomics.add(this.#words, told, 1);
  }

  /** How many turns the threads have ended. */
  get turns(): number {
    return Atomics.load(this.#words, turns);
  }

  countTurn(): void {
    Atomics.add(this.#words, turns, 1);
  }

  /** What was wrong first. */
  get fault(): string {
    return faults[Atomics.load(this.#words, fault)] ?? 'a fault';
  }

  newRequest(): number {
    return Atomics.add(this.#words, requests, 1);
  }

  /** Writes down who holds, and looks whether it may: of two that hold, one sees the other. */
  enter(slot: number, isWriter: boolean): void {
    Atomics.store(this.#words, slots + slot, isWriter ? 2 : 1);
    for (let other = 0; other < slotsMost; other += 1) {
      const state = Atomics.load(this.#words, slots + other);
      if (other !== slot && state > (isWriter ? 0 : 1)) {
        Atomics.compareExchange(this.#words, fault, 0, isWriter ? 1 : 2);
      }
    }
  }

  leave(slot: number): void {
    Atomics.store(this.#words, slots + slot, 0);
  }

  /** @returns whether it wrote */
  clear(slot: number): boolean {
    return Atomics.exchange(this.#words, slots + slot, 0) === 2;
  }

  note(request: number, event: Event, isWriter: boolean): void {
    const at = Atomics.add(this.#words, length, 1);
    if (at >= logMost) throw new RangeError('the board is full');
    Atomics.store(
      this.#words,
      log + at,
      1 + ((request << 3) | (events[event] << 1) | Number(isWriter)),
    );
  }

  *entries(): Generator<Entry, void> {
    const end = log + Atomics.load(this.#words, length);
    for (let at = log; at < end; at += 1) {
      const word = (this.#words[at] ?? 0) - 1;
      // Its thread died before it had written it down.
      if (word < 0) continue;
      const event = names[(word >> 1) & 3] ?? 'asks';
      yield { request: word >> 3, event, isWriter: (word & 1) === 1 };
    }
  }
}
