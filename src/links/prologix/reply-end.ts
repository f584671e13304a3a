/** What one `++read eoi` came to. */
export type ReplyOutcome =
  /** The instrument said its last byte (EOI). */
  | 'end'
  /** It said no more within the adapter's time. */
  | 'silence'
  /** The two cannot be told apart. */
  | 'doubtful';

export interface ReplyProgress {
  /** What the instrument said, as far as it is known to be that. */
  readonly data: Uint8Array;
  readonly outcome?: ReplyOutcome;
}

export interface ReplyEndOptions {
  /** What the adapter puts behind the last byte of a message (`++eot_char`). */
  readonly endByte: number;
  /** What the adapter answers to the questions that follow the read. */
  readonly mark: Uint8Array;
  /** A pause before the mark that is as long says that the adapter waited in vain. */
  readonly pauseMs: number;
}

/**
 * Finds the end of what an instrument says behind an adapter, whose stream has no frames.
 *
 * `++eot_enable` alone does not do: the byte that it adds at EOI may be in the message as well, and
 * of a read that ends in time instead of with EOI nothing is said. So the read is followed by two
 * questions about settings, whose values are drawn anew for each read; their answers, the mark, come
 * when the read is over and not before. A message ends where the end byte and the mark come together.
 *
 * What remains is a message that stops, unfinished, in a byte that happens to be the end byte. Then the
 * mark comes after a pause, and that is told as doubt. The mark itself, found in a message where no
 * pause is before it, is data as long as no end byte is before it; one with that byte would have to be
 * the last that has arrived as well, and to have guessed both values.
 */
export class ReplyEnd {
  readonly #options: ReplyEndOptions;
  /** The last bytes, which may be the end byte and the mark, and when each came. */
  #held: Uint8Array = new Uint8Array();
  #times: number[] = [];

  constructor(options: ReplyEndOptions) {
    this.#options = options;
  }

  push(chunk: Uint8Array, atMs: number): ReplyProgress {
    const { mark } = this.#options;
    const known = Buffer.concat([this.#held, chunk]);
    const outcome = this.#outcome(known, atMs);
    if (outcome !== undefined) {
      const end = known.length - mark.length - (outcome === 'end' ? 1 : 0);
      return { data: known.subarray(0, Math.max(end, 0)), outcome };
    }
    const kept = Math.min(known.length, mark.length + 1);
    const times = [
      ...this.#times,
      ...Array.from({ length: Math.min(chunk.length, kept) }, () => atMs),
    ];
    this.#times = times.slice(-kept);
    this.#held = known.subarray(known.length - kept);
    return { data: known.subarray(0, known.length - kept) };
  }

  #outcome(known: Buffer, atMs: number): ReplyOutcome | undefined {
    const { endByte, mark, pauseMs } = this.#options;
    const at = known.length - mark.length;
    if (at < 0 || !known.subarray(at).equals(mark)) return undefined;
    if (at === 0) return 'silence';
    const timeOf = (index: number): number =>
      index < this.#held.length ? (this.#times[index] ?? atMs) : atMs;
    const isAfterPause = timeOf(at) - timeOf(at - 1) >= pauseMs;
    const isMarked = known[at - 1] === endByte;
    if (isMarked) return isAfterPause ? 'doubtful' : 'end';
    return isAfterPause ? 'silence' : undefined;
  }
}
