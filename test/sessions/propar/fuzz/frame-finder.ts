import { encodeAsciiFrame, encodeBinaryFrame } from '../../../../src/protocols/index.ts';
import type { ProparFrame, ProparMode } from '../../../../src/protocols/index.ts';
import { asciiFramesIn, frameOf } from '../../../protocols/propar/frame-oracle.ts';

/** A frame in one of the two forms. */
export interface FoundFrame {
  readonly mode: ProparMode;
  readonly frame: ProparFrame;
}

/** Sequence, node, length, message. */
const contentBytesMost = 3 + 255;
/** The digits of the longest line. */
const digitsMost = 514;

/**
 * Finds the frames of both forms in one stream, in another way than the sessions do: for comparison. A
 * line is only one when no byte of it belongs to a binary frame, not even to the beginning of one.
 */
export class FrameFinder {
  #content: number[] | undefined;
  #hasEscape = false;
  #line: string | undefined;

  push(data: Uint8Array): FoundFrame[] {
    const found: FoundFrame[] = [];
    for (const byte of data) {
      this.#takeBinary(byte, found);
      if (this.#hasEscape || this.#content !== undefined) this.#line = undefined;
      else this.#takeLine(byte, found);
    }
    return found;
  }

  #takeBinary(byte: number, found: FoundFrame[]): void {
    const hasEscape = this.#hasEscape;
    this.#hasEscape = !hasEscape && byte === 0x10;
    if (this.#hasEscape) return;
    if (hasEscape && byte === 0x02) this.#content = [];
    else if (hasEscape && byte === 0x03) {
      const frames = this.#content === undefined ? [] : frameOf(this.#content);
      for (const frame of frames) found.push({ mode: 'binary', frame });
      this.#content = undefined;
    } else if (hasEscape && byte !== 0x10) this.#content = undefined;
    else this.#content?.push(byte);
    if ((this.#content?.length ?? 0) > contentBytesMost) this.#content = undefined;
  }

  #takeLine(byte: number, found: FoundFrame[]): void {
    if (byte === 0x3a) this.#line = '';
    else if (this.#line === undefined) return;
    else if (byte !== 0x0a && byte !== 0x0d) {
      this.#line += String.fromCodePoint(byte);
      if (this.#line.length > digitsMost) this.#line = undefined;
    } else {
      for (const frame of asciiFramesIn(Buffer.from(`:${this.#line}\r`, 'latin1'))) {
        found.push({ mode: 'ascii', frame });
      }
      this.#line = undefined;
    }
  }
}

export function encodeFrame({ mode, frame }: FoundFrame): Uint8Array {
  return mode === 'binary' ? encodeBinaryFrame(frame) : encodeAsciiFrame(frame);
}
