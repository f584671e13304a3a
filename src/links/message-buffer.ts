import { cancellationError, onAbort, SignalboxError, throwIfCancelled } from '../kernel/index.ts';
import type { Chunk } from './link.ts';
import { receivedBytesMost } from './receive-buffer.ts';

/** Messages that have arrived, in pieces, and wait to be read by one reader at a time. */
export class MessageBuffer {
  readonly #address: string;
  #pieces: Chunk[] = [];
  #bytes = 0;
  #failure: SignalboxError | undefined;
  #reader: PromiseWithResolvers<Chunk> | undefined;
  #emptied: PromiseWithResolvers<void> | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /** Gives a piece to the reader, or keeps it for the next. */
  push(data: Uint8Array, end: boolean): void {
    if (this.#failure !== undefined || (data.length === 0 && !end)) return;
    this.#pieces.push({ data, end });
    this.#bytes += data.length;
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.resolve(this.#take());
  }

  /** Resolves when less than {@link receivedBytesMost} wait, or when nobody will read any more. */
  async room(): Promise<void> {
    if (this.#failure !== undefined || this.#bytes < receivedBytesMost) return;
    this.#emptied ??= Promise.withResolvers<void>();
    await this.#emptied.promise;
  }

  /** Forgets what nobody has read. */
  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#emptied?.resolve();
    this.#emptied = undefined;
  }

  /** Ends the pending read, and every later one when what was kept has been read. */
  fail(error: SignalboxError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
    this.#emptied?.resolve();
  }

  /**
   * What has arrived of one message; waits for at least a piece.
   * @throws what `fail` was given; CANCELLED; INTERNAL when another read is pending
   */
  async read(signal: AbortSignal): Promise<Chunk> {
    const what = `a read of ${this.#address}`;
    throwIfCancelled(signal, what);
    if (this.#pieces.length > 0) return this.#take();
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

  /** Everything up to the first end. */
  #take(): Chunk {
    const last = this.#pieces.findIndex(({ end }) => end);
    const taken = this.#pieces.splice(0, last < 0 ? this.#pieces.length : last + 1);
    const [first] = taken;
    const data =
      taken.length === 1 && first !== undefined
        ? first.data
        : Buffer.concat(taken.map((piece) => piece.data));
    this.#bytes -= data.length;
    if (this.#bytes < receivedBytesMost) {
      this.#emptied?.resolve();
      this.#emptied = undefined;
    }
    return { data, end: last >= 0 };
  }
}
