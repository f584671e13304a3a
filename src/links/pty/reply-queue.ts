import type { Writable } from 'node:stream';

/** What waits for a client that does not read. What is more is dropped, as a UART would overrun. */
export const unreadBytesMost = 65_536;

/**
 * Bytes on their way into a terminal. One write is under way at a time and the others wait here, so
 * that they can be taken back when their reader goes.
 */
export class ReplyQueue {
  readonly #stream: Writable;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #busy = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** False when the bytes were dropped, all of them, because {@link unreadBytesMost} wait. */
  push(data: Uint8Array): boolean {
    if (this.#bytes + data.byteLength > unreadBytesMost) return false;
    this.#waiting.push(data);
    this.#bytes += data.byteLength;
    this.#next();
    return true;
  }

  /** Takes back what waits. */
  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  #next(): void {
    if (this.#busy) return;
    const data = this.#waiting.shift();
    if (data === undefined) return;
    this.#busy = true;
    this.#stream.write(data, (error) => {
      this.#busy = false;
      this.#bytes = Math.max(0, this.#bytes - data.byteLength);
      // A terminal that failed has its own end; what waits has nowhere to go.
      if (error === null || error === undefined) this.#next();
      else this.clear();
    });
  }
}
