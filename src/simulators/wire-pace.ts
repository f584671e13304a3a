/** Bits of a byte on an 8N1 line: start, eight of data, stop. */
const bitsOfByte = 10;
/** The last part of a wait is spent in short naps, because platform timers are whole milliseconds. */
const napMs = 1.2;

const napWord = new Int32Array(new SharedArrayBuffer(4));

/**
 * The time that bytes take on a half-duplex serial line. Times are absolute, so that the errors of
 * many waits do not add up.
 */
export class WirePace {
  readonly #bitsPerSecond: number;

  /** @param baudRate 0 for a wire that takes no time */
  constructor(baudRate: number) {
    this.#bitsPerSecond = baudRate;
  }

  /** How long so many bytes are under way. */
  durationMs(bytes: number): number {
    return this.#bitsPerSecond === 0 ? 0 : (bytes * bitsOfByte * 1_000) / this.#bitsPerSecond;
  }

  /**
   * Waits until a time of `performance.now()`. The last millisecond is slept in this thread, which
   * keeps the pace to some tens of microseconds without burning a core; so a simulator runs in a
   * thread of its own.
   */
  async until(timeMs: number): Promise<void> {
    const longMs = timeMs - performance.now() - napMs;
    if (longMs > 0) await new Promise((resolve) => setTimeout(resolve, longMs));
    const restMs = timeMs - performance.now();
    if (restMs > 0) Atomics.wait(napWord, 0, 0, restMs);
  }
}
