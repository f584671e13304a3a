import { SignalboxError } from '../../kernel/index.ts';
import { messageBytesMost, unframed } from './frame.ts';
import type { ProparEvent, ProparFrame } from './frame.ts';

const dataLinkEscape = 0x10;
const startOfText = 0x02;
const endOfText = 0x03;
/** Sequence, node, length, message: what a frame holds at the most between its borders. */
const contentBytesMost = 3 + messageBytesMost;

/**
 * A frame as it goes over the wire: DLE STX, the content with each DLE doubled, DLE ETX.
 * @throws VALUE_INVALID when a field does not fit, or the message is empty
 */
export function encodeBinaryFrame(frame: ProparFrame): Uint8Array {
  const { sequence, node, data, errorCode } = frame;
  const content =
    errorCode === undefined
      ? [sequence, node, data.length, ...data]
      : [sequence, node, 0, errorCode];
  const isEmpty = errorCode === undefined && data.length === 0;
  if (isEmpty || data.length > messageBytesMost || content.some((byte) => !isByte(byte))) {
    throw new SignalboxError(
      'VALUE_INVALID',
      `sequence ${sequence}, node ${node} and a message of ${data.length} bytes fit into no ProPar frame`,
    );
  }
  const bytes = [dataLinkEscape, startOfText];
  for (const byte of content) {
    if (byte === dataLinkEscape) bytes.push(dataLinkEscape);
    bytes.push(byte);
  }
  bytes.push(dataLinkEscape, endOfText);
  return Uint8Array.from(bytes);
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

/**
 * Finds binary frames in a stream. After anything that breaks the rules it goes on with the next
 * DLE STX, so no garbage keeps it from the next good frame. Garbage whose last byte is a lone DLE
 * takes the DLE of the frame behind it away, as on any wire: then the one after that is found.
 */
export class BinaryFrameReader {
  #content: number[] | undefined;
  #escaped = false;
  #skipped = 0;

  /** Whether a frame has begun and is not complete. */
  get isInside(): boolean {
    return this.#content !== undefined || this.#escaped;
  }

  /** Takes the next bytes. Never throws. */
  push(chunk: Uint8Array): ProparEvent[] {
    const events: ProparEvent[] = [];
    for (const byte of chunk) this.#take(byte, events);
    if (this.#content === undefined) this.#noise(events);
    return events;
  }

  #take(byte: number, events: ProparEvent[]): void {
    if (this.#escaped) {
      this.#escaped = false;
      this.#takeEscaped(byte, events);
    } else if (byte === dataLinkEscape) this.#escaped = true;
    else this.#add(byte, events);
  }

  #takeEscaped(byte: number, events: ProparEvent[]): void {
    switch (byte) {
      case startOfText:
        this.#noise(events);
        if (this.#content !== undefined) this.#abandon('a frame began inside another', events);
        this.#content = [];
        return;
      case endOfText:
        if (this.#content === undefined) this.#skipped += 2;
        else this.#finish(this.#content, events);
        return;
      case dataLinkEscape:
        this.#add(byte, events);
        return;
      default:
        if (this.#content === undefined) this.#skipped += 2;
        else this.#abandon('a DLE that stands for nothing', events);
    }
  }

  #add(byte: number, events: ProparEvent[]): void {
    if (this.#content === undefined) {
      this.#skipped += 1;
      return;
    }
    this.#content.push(byte);
    if (this.#content.length > contentBytesMost) this.#abandon('a frame without end', events);
  }

  #finish(content: readonly number[], events: ProparEvent[]): void {
    const [sequence, node, length, ...data] = content;
    if (sequence === undefined || node === undefined || length === undefined) {
      this.#abandon('a frame that is too short', events);
      return;
    }
    const [errorCode] = data;
    if (length === 0 && data.length === 1 && errorCode !== undefined) {
      this.#content = undefined;
      events.push({ kind: 'frame', frame: { sequence, node, data: new Uint8Array(), errorCode } });
    } else if (length !== data.length || length === 0) {
      const reason = `a frame of ${data.length} bytes that says ${length}`;
      this.#abandon(reason, events, { sequence, node });
    } else {
      this.#content = undefined;
      events.push({ kind: 'frame', frame: { sequence, node, data: Uint8Array.from(data) } });
    }
  }

  #abandon(
    reason: string,
    events: ProparEvent[],
    claims?: { readonly sequence: number; readonly node: number },
  ): void {
    const bytes = 2 + (this.#content?.length ?? 0);
    this.#content = undefined;
    events.push({ kind: 'noise', reason, bytes, ...(claims === undefined ? {} : { claims }) });
  }

  #noise(events: ProparEvent[]): void {
    if (this.#skipped === 0) return;
    events.push({ kind: 'noise', reason: unframed, bytes: this.#skipped });
    this.#skipped = 0;
  }
}
