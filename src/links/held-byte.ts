import { concatenate } from '../protocols/index.ts';

/**
 * Keeps the last byte of a message that is written in pieces until the message ends: the end is marked
 * at a byte, and the last piece may have none.
 */
export class HeldByte {
  #held: Uint8Array = new Uint8Array();

  /** What is to be sent now; nothing may be. */
  next(data: Uint8Array, end: boolean): Uint8Array {
    const known = this.#held.length === 0 ? data : concatenate([this.#held, data]);
    const sent = end ? known : known.subarray(0, Math.max(0, known.length - 1));
    this.#held = known.slice(sent.length);
    return sent;
  }

  /** The message was given up. */
  clear(): void {
    this.#held = new Uint8Array();
  }
}
