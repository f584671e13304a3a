/** Bits of a byte on an 8N1 line: start, eight of data, stop. */
const bitsOfByte = 10;
/** The last part of a wait is slept in the thread: the event loop's timers are whole milliseconds. */
const napMs = 1.6;
/** The very last part is not slept: on a virtual machine a sleeper wakes up to 0.3 ms too late. */
const awakeMs = 0.4;

const napWord = new Int32Array(new SharedArrayBuffer(4));

/** The place of one message on the line, in `performance.now()`. */
export interface TimeOnLine {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The time that bytes take on a half-duplex serial line, one message after the other. Places are
 * computed from each other, not from when a wait happened to end, so that errors do not add up.
 */
export class WirePace {
  readonly #bitsPerSecond: number;
  #freeMs = 0;

  /** @param baudRate 0 for a wire that takes no time */
  constructor(baudRate: number) {
    this.#bitsPerSecond = baudRate;
  }

  /** How long so many bytes are under way. */
  durationMs(bytes: number): number {
    return this.#bitsPerSecond === 0 ? 0 : (bytes * bitsOfByte * 1_000) / this.#bitsPerSecond;
  }

  /** Takes the next free place on the line for so many bytes, at a given time or later. */
  take(fromMs: number, bytes: number): TimeOnLine {
    const startMs = Math.max(fromMs, this.#freeMs);
    const endMs = startMs + this.durationMs(bytes);
    this.#freeMs = endMs;
    return { startMs, endMs };
  }

  /**
   * Waits until a time of `performance.now()`. Its last millisecond blocks the thread, so a paced
   * simulator runs in a thread of its own.
   */
  async until(timeMs: number): Promise<void> {
    const longMs = timeMs - performance.now() - napMs;
    if (longMs > 0) await new Promise((resolve) => setTimeout(resolve, longMs));
    for (;;) {
      const restMs = timeMs - performance.now();
      if (restMs <= 0) return;
      if (restMs > awakeMs) Atomics.wait(napWord, 0, 0, restMs - awakeMs);
    }
  }
}
