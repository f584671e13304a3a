import { cancellationError, onAbort, SignalboxError, throwIfCancelled } from '../kernel/index.ts';
import type { Chunk } from './link.ts';

/** What a link keeps of bytes that arrive while nobody reads. */
export const receivedBytesMost = 1_048_576;

/** Bytes that have arrived and wait to be read, by one reader at a time. */
export class ReceiveBuffer {
  readonly #address: string;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #failure: SignalboxError | undefined;
  #reader: PromiseWithResolvers<Chunk> | undefined;
  /** What ends the pending read: listened to once, since one who reads on brings the same signal. */
  #cancelling: { readonly signal: AbortSignal; readonly listener: Disposable } | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Gives bytes to the reader, or keeps them for the next. */
  push(data: Uint8Array): void {
    if (this.#failure !== undefined || data.byteLength === 0) return;
    if (this.#reader !== undefined) {
      const reader = this.#reader;
      this.#reader = undefined;
      reader.resolve({ data, end: false });
      return;
    }
    this.#chunks.push(data);
    this.#bytes += data.byteLength;
  }

  /** Ends the pending read, and every later one when what was kept has been read. */
  fail(error: SignalboxError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
    this.#cancelling?.listener[Symbol.dispose]();
  }

  /** Forgets what was kept, so that nothing comes before the failure. */
  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }

  /**
   * All that has arrived; waits for at least one byte.
   * @throws what `fail` was given; CANCELLED; INTERNAL when another read is pending
   */
  async read(signal: AbortSignal): Promise<Chunk> {
    throwIfCancelled(signal, this.#what);
    if (this.#bytes > 0) return { data: this.#take(), end: false };
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#reader !== undefined) {
      throw new SignalboxError('INTERNAL', `${this.#address} is read twice at the same time`);
    }
    const reader = Promise.withResolvers<Chunk>();
    this.#reader = reader;
    this.#listenTo(signal);
    return await reader.promise;
  }

  #listenTo(signal: AbortSignal): void {
    if (this.#cancelling?.signal === signal) return;
    this.#cancelling?.listener[Symbol.dispose]();
    const listener = onAbort(signal, () => {
      this.#reader?.reject(cancellationError(signal, this.#what));
      this.#reader = undefined;
    });
    this.#cancelling = { signal, listener };
  }

  get #what(): string {
    return `a read of ${this.#address}`;
  }

  #take(): Uint8Array {
    const [first] = this.#chunks;
    const taken =
      this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.clear();
    return taken;
  }
}
