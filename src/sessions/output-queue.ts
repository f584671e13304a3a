import type { SignalboxError } from '../kernel/index.ts';

/**
 * So many bytes of responses wait for a client; with more, whoever sends them is made to wait. One
 * piece that goes over it is taken.
 */
export const outputBytesMost = 1_048_576;

/** Short pieces are read as one; from this length on a piece is given as it is, without a copy. */
const joinedBytesMost = 4_096;

/** A part of a response. */
export interface OutputPart {
  readonly data: Uint8Array;
  /** Whether the response ends here. */
  readonly isEnd: boolean;
  /** What the message was called that it answers; see `MessageSession.write`. */
  readonly tag: number;
}

/** A response that will not come, or no further. */
export interface OutputFailure {
  readonly error: SignalboxError;
  readonly tag: number;
}

/** How much of a response a read takes. */
export interface OutputWish {
  readonly bytesMost: number;
  /** Takes no byte behind the first of this value. @default none */
  readonly endByte?: number | undefined;
}

/** The responses that one client has not read yet, in their order. IEEE 488.2, 6.1.10. */
export class OutputQueue {
  readonly #parts: (OutputPart | OutputFailure)[] = [];
  #bytes = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #arrival: PromiseWithResolvers<void> | undefined;
  readonly #told: () => void;

  /** @param told as {@link untilOutput} resolves, at once: when something has come, or nothing will */
  constructor(told: () => void = () => {}) {
    this.#told = told;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** While set, it is full; resolves when it is read or cleared. */
  get untilRoom(): Promise<void> | undefined {
    if (this.#bytes < outputBytesMost) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** Resolves when something is in it, be it a failure, or when nothing will come. */
  untilOutput(): Promise<void> {
    if (!this.isEmpty) return Promise.resolve();
    this.#arrival ??= Promise.withResolvers<void>();
    return this.#arrival.promise;
  }

  push(part: OutputPart | OutputFailure): void {
    this.#parts.push(part);
    if ('data' in part) this.#bytes += part.data.length;
    this.wake();
  }

  /** Nothing comes for the time being: whoever waits is not to wait for it. */
  wake(): void {
    this.#arrival?.resolve();
    this.#arrival = undefined;
    this.#told();
  }

  /** Takes what is there of the oldest response, and nothing of the next; undefined when empty. */
  take({ bytesMost, endByte }: OutputWish): OutputPart | OutputFailure | undefined {
    const [first] = this.#parts;
    if (first === undefined) return undefined;
    if ('error' in first) {
      this.#parts.shift();
      return first;
    }
    const taken: Uint8Array[] = [];
    let left = bytesMost;
    let isEnd = false;
    let hasEndByte = false;
    while (!isEnd && !hasEndByte && left > 0) {
      const part = this.#parts[0];
      if (part === undefined || 'error' in part || part.tag !== first.tag) break;
      const at = endByte === undefined ? -1 : part.data.subarray(0, left).indexOf(endByte);
      hasEndByte = at >= 0;
      const length = Math.min(part.data.length, hasEndByte ? at + 1 : left);
      taken.push(part.data.subarray(0, length));
      left -= length;
      if (length < part.data.length) {
        this.#parts[0] = { ...part, data: part.data.subarray(length) };
        break;
      }
      this.#parts.shift();
      isEnd = part.isEnd;
      if (length >= joinedBytesMost) break;
    }
    const data = taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken);
    this.#took(data.length);
    return { data, isEnd, tag: first.tag };
  }

  /** Forgets all. */
  clear(): void {
    this.#parts.length = 0;
    this.#took(this.#bytes);
  }

  #took(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes >= outputBytesMost) return;
    this.#room?.resolve();
    this.#room = undefined;
  }
}
