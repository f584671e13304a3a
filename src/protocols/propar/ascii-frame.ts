import { SignalboxError } from '../../kernel/index.ts';
import { messageBytesMost, unframed } from './frame.ts';
import type { ProparEvent, ProparFrame } from './frame.ts';
import { wireBytesOf } from './value.ts';
import type { WireType } from './value.ts';

const colon = 0x3a;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** Length, node and message as pairs of hexadecimal digits: the longest line. */
const digitsMost = 2 * (2 + messageBytesMost);

/**
 * A frame as a line: `:`, pairs of hexadecimal digits (length of what follows, node, message), CR LF.
 * @throws VALUE_INVALID when a field does not fit, or the message is empty
 */
export function encodeAsciiFrame(frame: ProparFrame): Uint8Array {
  const { node, data, errorCode } = frame;
  if (errorCode !== undefined && isByte(errorCode)) return line([1, errorCode]);
  // Without a message it would look like an error with the node's number.
  if (errorCode !== undefined || data.length === 0 || data.length >= messageBytesMost) {
    throw misfit(frame);
  }
  if (!isByte(node)) throw misfit(frame);
  return line([data.length + 1, node, ...data]);
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

function misfit({ node, data, errorCode }: ProparFrame): SignalboxError {
  const content =
    errorCode === undefined ? `a message of ${data.length} bytes` : `error ${errorCode}`;
  return new SignalboxError(
    'VALUE_INVALID',
    `node ${node} and ${content} fit into no ASCII ProPar frame`,
  );
}

function line(bytes: readonly number[]): Uint8Array {
  const digits = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
  return new TextEncoder().encode(`:${digits}\r\n`);
}

/**
 * A program's acknowledged write (command 01) of one value: the digits before the value, and those
 * of the value.
 */
const singleWrite = /^([0-9a-f]{4}01[0-7][0-9a-f]([0-7][0-9a-f]))([0-9a-f]+)$/i;

/**
 * Some programs print a value as short as it comes: `:0680010121` and then `3e8`. Its type and the
 * length of the frame say how many digits are missing, and have to say the same. Only for writes of a
 * single number, which no instrument sends: in an answer a missing digit is a damaged one.
 */
function withLeadingZeros(digits: string): string {
  const [, head, parameterByte, value] = singleWrite.exec(digits) ?? [];
  if (head === undefined || parameterByte === undefined || value === undefined) return digits;
  const bytes = wireBytesOf((Number.parseInt(parameterByte, 16) & 0x60) as WireType);
  const announced = 2 * (1 + Number.parseInt(digits.slice(0, 2), 16));
  if (bytes === undefined || head.length + 2 * bytes !== announced) return digits;
  return head + value.padStart(2 * bytes, '0');
}

/**
 * Finds ASCII frames in a stream; upper and lower case digits are the same, and a line ends at the
 * first of CR and LF.
 */
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

  #finish(received: string, events: ProparEvent[]): void {
    const digits = withLeadingZeros(received);
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
      const reason = `a frame of ${data.length + 1} bytes that says ${length}`;
      this.#abandon(reason, events, { sequence: 0, node });
    } else {
      this.#digits = undefined;
      events.push({ kind: 'frame', frame: { sequence: 0, node, data: Uint8Array.from(data) } });
    }
  }

  #abandon(
    reason: string,
    events: ProparEvent[],
    claims?: { readonly sequence: number; readonly node: number },
  ): void {
    const bytes = 1 + (this.#digits?.length ?? 0);
    this.#digits = undefined;
    events.push({ kind: 'noise', reason, bytes, ...(claims === undefined ? {} : { claims }) });
  }

  #noise(events: ProparEvent[]): void {
    if (this.#skipped === 0) return;
    events.push({ kind: 'noise', reason: unframed, bytes: this.#skipped });
    this.#skipped = 0;
  }
}
