import { SignalboxError } from '../../kernel/index.ts';
import { messageBytesMost } from './frame.ts';
import type { ProparEvent, ProparFrame } from './frame.ts';

const colon = 0x3a;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** Length, node and message as pairs of hexadecimal digits: the longest line. */
const digitsMost = 2 * (2 + messageBytesMost);

/**
 * A frame as a line: `:`, pairs of hexadecimal digits (length of what follows, node, message), CR LF.
 * @throws VALUE_INVALID when a field does not fit
 */
export function encodeAsciiFrame(frame: ProparFrame): Uint8Array {
  const { node, data, errorCode } = frame;
  if (errorCode !== undefined) return line([1, errorCode]);
  if (data.length >= messageBytesMost || !Number.isInteger(node) || node < 0 || node > 255) {
    throw new SignalboxError(
      'VALUE_INVALID',
      `node ${node} and a message of ${data.length} bytes fit into no ASCII ProPar frame`,
    );
  }
  return line([data.length + 1, node, ...data]);
}

function line(bytes: readonly number[]): Uint8Array {
  const digits = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
  return new TextEncoder().encode(`:${digits}\r\n`);
}

/** Finds ASCII frames in a stream; upper and lower case digits are the same. */
export class AsciiFrameReader {
  #digits: string | undefined;
  #skipped = 0;

  /** Whether a frame has begun and is not complete. */
  get isInside(): boolean {
    return this.#digits !== undefined;
  }

  /** Takes the next bytes. Never throws. */
  push(chunk: Uint8Array): ProparEvent[] {
    const events: ProparEvent[] = [];
    for (const byte of chunk) this.#take(byte, events);
    if (this.#digits === undefined) this.#noise(events);
    return events;
  }

  #take(byte: number, events: ProparEvent[]): void {
    if (byte === colon) {
      this.#noise(events);
      if (this.#digits !== undefined) this.#abandon('a frame began inside another', events);
      this.#digits = '';
    } else if (this.#digits === undefined) {
      if (byte !== carriageReturn && byte !== lineFeed) this.#skipped += 1;
    } else if (byte === carriageReturn || byte === lineFeed) {
      this.#finish(this.#digits, events);
    } else {
      this.#digits += String.fromCodePoint(byte);
      if (this.#digits.length > digitsMost) this.#abandon('a frame without end', events);
    }
  }

  #finish(digits: string, events: ProparEvent[]): void {
    if (digits.length % 2 === 1 || !/^[0-9a-fA-F]*$/.test(digits)) {
      this.#abandon('no pairs of hexadecimal digits', events);
      return;
    }
    const [length, node, ...data] = Array.from({ length: digits.length / 2 }, (_, index) =>
      Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
    );
    if (length === undefined || node === undefined) {
      this.#abandon('a frame that is too short', events);
    } else if (length === 1 && data.length === 0) {
      this.#digits = undefined;
      const frame = { sequence: 0, node: 0, data: new Uint8Array(), errorCode: node };
      events.push({ kind: 'frame', frame });
    } else if (length !== data.length + 1) {
      this.#abandon(`a frame of ${data.length + 1} bytes that says ${length}`, events);
    } else {
      this.#digits = undefined;
      events.push({ kind: 'frame', frame: { sequence: 0, node, data: Uint8Array.from(data) } });
    }
  }

  #abandon(reason: string, events: ProparEvent[]): void {
    const bytes = 1 + (this.#digits?.length ?? 0);
    this.#digits = undefined;
    events.push({ kind: 'noise', reason, bytes });
  }

  #noise(events: ProparEvent[]): void {
    if (this.#skipped === 0) return;
    events.push({ kind: 'noise', reason: 'no frame', bytes: this.#skipped });
    this.#skipped = 0;
  }
}
