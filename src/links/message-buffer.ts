import {
  cancellationError,
  LinkedQueue,
  onAbort,
  SignalboxError,
  throwIfCancelled,
} from '../kernel/index.ts';
import type { Chunk } from './link.ts';
import { receivedBytesMost } from './receive-buffer.ts';

/** What everything that waits counts besides its bytes, so that many small pieces have a bound too. */
const placeBytes = 64;
/** What an error that waits counts: its text is short. */
const errorBytes = 1_024;

interface MessagePiece extends Chunk {
  readonly taken: (() => void) | undefined;
}

type Waiting =
  | { readonly kind: 'piece'; readonly piece: MessagePiece }
  | { readonly kind: 'refusal'; readonly error: SignalboxError };

/**
 * Pieces of messages that have come and wait to be read, each as it came, by one reader at a time. It
 * takes what it is given; whoever fills it stops when it {@link isFull}, or waits for {@link room}.
 */
export class MessageBuffer {
  readonly #address: string;
  #waiting = new LinkedQueue<Waiting>();
  #bytes = 0;
  #failure: SignalboxError | undefined;
  #reader: PromiseWithResolvers<Chunk> | undefined;
  #emptied: PromiseWithResolvers<void> | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /** Whether {@link receivedBytesMost} wait. */
  get isFull(): boolean {
    return this.#bytes >= receivedBytesMost;
  }

  /**
   * Gives a piece to the reader, or keeps it for the next.
   * @param taken told when it goes to the reader
   */
  push(data: Uint8Array, end: boolean, taken?: () => void): void {
    if (this.#failure !== undefined) return;
    const piece: MessagePiece = { data, end, taken };
    // Nothing to read: it only counts when those before it were.
    if (piece.data.length === 0 && !piece.end && this.#waiting.size === 0) {
      piece.taken?.();
      return;
    }
    const reader = this.#takeReader();
    if (reader === undefined) this.#keep({ kind: 'piece', piece });
    else reader.resolve(give(piece));
  }

  /** Resolves when it is not full, or when nobody will read any more. */
  async room(): Promise<void> {
    if (this.#failure !== undefined || !this.isFull) return;
    this.#emptied ??= Promise.withResolvers<void>();
    await this.#emptied.promise;
  }

  /** Fails one read: the pending one, or the one that would come to it. */
  refuse(error: SignalboxError): void {
    if (this.#failure !== undefined) return;
    const reader = this.#takeReader();
    if (reader === undefined) this.#keep({ kind: 'refusal', error });
    else reader.reject(error);
  }

  /** Ends the pending read, and every later one when what was kept has been read. */
  fail(error: SignalboxError): void {
    this.#failure ??= error;
    this.#takeReader()?.reject(error);
    this.#tellOfRoom();
  }

  /** Forgets the pieces that were kept. Errors still reach their reader. */
  drop(): void {
    const before = this.#waiting;
    this.clear();
    for (const waiting of before) if (waiting.kind === 'refusal') this.#keep(waiting);
  }

  /** Forgets all that was kept. */
  clear(): void {
    this.#waiting = new LinkedQueue();
    this.#bytes = 0;
    this.#tellOfRoom();
  }

  /**
   * The next piece; waits for it.
   * @throws what `refuse` or `fail` was given; CANCELLED; INTERNAL when another read is pending
   */
  async read(signal: AbortSignal): Promise<Chunk> {
    const what = `a read of ${this.#address}`;
    throwIfCancelled(signal, what);
    for (let next = this.#shift(); next !== undefined; next = this.#shift()) {
      if (next.kind === 'refusal') throw next.error;
      const chunk = give(next.piece);
      if (chunk.data.length > 0 || chunk.end) return chunk;
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#reader !== undefined) {
      throw new SignalboxError('INTERNAL', `${this.#address} is read twice at the same time`);
    }
    const reader = Promise.withResolvers<Chunk>();
    this.#reader = reader;
    using _cancelled = onAbort(signal, () => {
      if (this.#reader === reader) this.#reader = undefined;
      reader.reject(cancellationError(signal, what));
    });
    return await reader.promise;
  }

  #keep(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#bytes += bytesOf(waiting);
  }

  #shift(): Waiting | undefined {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) this.#bytes -= bytesOf(waiting);
    if (!this.isFull) this.#tellOfRoom();
    return waiting;
  }

  #tellOfRoom(): void {
    this.#emptied?.resolve();
    this.#emptied = undefined;
  }

  #takeReader(): PromiseWithResolvers<Chunk> | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }
}

function give({ data, end, taken }: MessagePiece): Chunk {
  taken?.();
  return { data, end };
}

function bytesOf(waiting: Waiting): number {
  return waiting.kind === 'refusal' ? errorBytes : waiting.piece.data.length + placeBytes;
}
