/**
 * What an adapter is set to, so that only what is new is said to it.
 * Prologix GPIB-USB manual, section 8 (`addr`, `eoi`).
 */
export class AdapterSettings {
  #place: string | undefined;
  #isEndMarked = true;

  /** The line that turns it to an instrument; none where it is turned there. */
  toward(place: string): readonly string[] {
    if (this.#place === place) return [];
    this.#place = place;
    return [`++addr ${place}`];
  }

  /** The line that has EOI sent with the last byte of a message, or not. */
  endMarked(isEndMarked: boolean): readonly string[] {
    if (this.#isEndMarked === isEndMarked) return [];
    this.#isEndMarked = isEndMarked;
    return [`++eoi ${isEndMarked ? 1 : 0}`];
  }
}

/** Lines as they go to an adapter. */
export function linesOf(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}
