import { LinkedQueue } from '../../../kernel/index.ts';
import type { QueueNode } from '../../../kernel/index.ts';
import type { OutgoingCall } from './outgoing-call.ts';

/** So many calls whose replies carry no id may be given up without an answer to any of them. */
export const unnumberedAbandonedMost = 16;

/**
 * The calls whose replies carry no id, in the order in which they were sent: the only thing that tells
 * their replies apart. One that was given up keeps its place, so that its reply goes to nobody.
 */
export class UnnumberedCalls {
  readonly #line = new LinkedQueue<OutgoingCall>();
  readonly #places = new Map<OutgoingCall, QueueNode<OutgoingCall>>();
  readonly #onConfused: (reason: string) => void;
  #abandonedCount = 0;

  constructor(onConfused: (reason: string) => void) {
    this.#onConfused = onConfused;
  }

  add(call: OutgoingCall): void {
    this.#places.set(call, this.#line.push(call));
  }

  /** The call that the next reply without an id belongs to; it may be settled already. */
  takeOldest(): OutgoingCall | undefined {
    const call = this.#line.shift();
    if (call === undefined) return undefined;
    this.#places.delete(call);
    this.#abandonedCount = 0;
    return call;
  }

  /** Its reply will not come without an id. */
  remove(call: OutgoingCall): void {
    if (this.#places.size === 0) return;
    const place = this.#places.get(call);
    if (place === undefined) return;
    this.#places.delete(call);
    this.#line.remove(place);
  }

  abandon(call: OutgoingCall): void {
    if (!this.#places.has(call)) return;
    this.#abandonedCount += 1;
    if (this.#abandonedCount < unnumberedAbandonedMost) return;
    this.#onConfused(
      `${this.#abandonedCount} calls in a row got no answer, and its replies carry no ids`,
    );
  }

  clear(): void {
    this.#places.clear();
    while (this.#line.shift() !== undefined);
  }
}
