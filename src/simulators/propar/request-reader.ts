import { AsciiFrameReader, BinaryFrameReader } from '../../protocols/index.ts';
import type { ProparFrame, ProparMode } from '../../protocols/index.ts';

/** Bytes that make no frame are remembered up to so many, then only the newest. */
export const unframedBytesMost = 4_096;

/** A request as it came. */
export interface ReceivedRequest {
  readonly mode: ProparMode;
  readonly frame: ProparFrame;
  /** All bytes since the request before, so also those that were none. */
  readonly bytes: Uint8Array;
}

/** Finds requests in what a master sends, whichever of the two framings it speaks. */
export class RequestReader {
  readonly #binary: BinaryFrameReader = new BinaryFrameReader();
  #ascii: AsciiFrameReader = new AsciiFrameReader();
  #bytes: number[] = [];

  push(data: Uint8Array): ReceivedRequest[] {
    return Array.from(data).flatMap((byte) => {
      this.#bytes.push(byte);
      const found = this.#take(Uint8Array.of(byte));
      if (found === undefined) {
        if (this.#bytes.length > unframedBytesMost) this.#bytes.splice(0, unframedBytesMost / 2);
        return [];
      }
      const bytes = Uint8Array.from(this.#bytes);
      this.#bytes = [];
      return [{ ...found, bytes }];
    });
  }

  #take(byte: Uint8Array): Pick<ReceivedRequest, 'mode' | 'frame'> | undefined {
    const [binary] = this.#binary.push(byte);
    if (binary?.kind === 'frame') return { mode: 'binary', frame: binary.frame };
    if (this.#binary.isInside) {
      // What looks like a line inside a binary frame is part of a value.
      if (this.#ascii.isInside) this.#ascii = new AsciiFrameReader();
      return undefined;
    }
    const [ascii] = this.#ascii.push(byte);
    return ascii?.kind === 'frame' ? { mode: 'ascii', frame: ascii.frame } : undefined;
  }
}
