import { ByteGatherer } from '../byte-gatherer.ts';

/** A longer record is dropped up to its end, and told of. */
export const rpcRecordBytesMost = 16_777_216;

/** What a {@link RpcRecordReader} found. */
export type RpcRecordEvent =
  | { readonly kind: 'record'; readonly message: Uint8Array }
  /** Told as soon as it is announced; what has come of it is dropped, as is the rest. */
  | { readonly kind: 'too-long'; readonly length: number };

export interface RpcRecordOptions {
  /** The longest record, all fragments together. @default {@link rpcRecordBytesMost} */
  readonly recordBytesMost?: number;
}

const headerBytes = 4;
const lastFragment = 0x8000_0000;

/**
 * Cuts a stream into records: each fragment has a header with its length, whose top bit marks the
 * last one of a record. RFC 5531, section 11. A length on the wire is only compared and counted down;
 * memory is taken for bytes that came.
 */
export class RpcRecordReader {
  readonly #recordBytesMost: number;
  readonly #message = new ByteGatherer();
  #header = 0;
  #headerBytesLeft = headerBytes;
  #fragmentBytesLeft = 0;
  #isLast = false;
  #isSkipped = false;
  #isInside = false;

  constructor(options: RpcRecordOptions = {}) {
    this.#recordBytesMost = options.recordBytesMost ?? rpcRecordBytesMost;
  }

  /** Whether a record has begun and is not complete. */
  get isInside(): boolean {
    return this.#isInside;
  }

  /** How many bytes of an incomplete record are kept. */
  get bytesKept(): number {
    return this.#message.length;
  }

  /** Takes the next bytes. Never throws. */
  push(chunk: Uint8Array): RpcRecordEvent[] {
    const events: RpcRecordEvent[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#headerBytesLeft > 0) {
        this.#takeHeaderByte(chunk[at] ?? 0, events);
        at += 1;
        continue;
      }
      const piece = chunk.subarray(at, at + this.#fragmentBytesLeft);
      at += piece.length;
      this.#fragmentBytesLeft -= piece.length;
      // A copy: the link may use the bytes of a chunk again.
      if (!this.#isSkipped) this.#message.add(new Uint8Array(piece));
      if (this.#fragmentBytesLeft === 0) this.#endFragment(events);
    }
    return events;
  }

  #takeHeaderByte(byte: number, events: RpcRecordEvent[]): void {
    this.#isInside = true;
    this.#header = this.#header * 256 + byte;
    this.#headerBytesLeft -= 1;
    if (this.#headerBytesLeft > 0) return;
    this.#isLast = this.#header >= lastFragment;
    this.#fragmentBytesLeft = this.#isLast ? this.#header - lastFragment : this.#header;
    this.#header = 0;
    const length = this.#message.length + this.#fragmentBytesLeft;
    if (!this.#isSkipped && length > this.#recordBytesMost) {
      this.#isSkipped = true;
      this.#message.clear();
      events.push({ kind: 'too-long', length });
    }
    if (this.#fragmentBytesLeft === 0) this.#endFragment(events);
  }

  #endFragment(events: RpcRecordEvent[]): void {
    this.#headerBytesLeft = headerBytes;
    if (!this.#isLast) return;
    if (!this.#isSkipped) events.push({ kind: 'record', message: this.#message.take() });
    this.#isSkipped = false;
    this.#isInside = false;
  }
}
