import { hasCode } from '../../kernel/index.ts';
import type { Lease, RawChannel } from '../../ports/index.ts';

/**
 * One actor's hold on a serial port. Every use starts its time anew; a guard that is neither used nor
 * released ends by itself, and from then on moves no byte.
 */
export class SerialGuard implements AsyncDisposable {
  readonly actorId: string;
  readonly #lease: Lease;
  readonly #channel: RawChannel;
  readonly #timeoutMs: number;

  constructor(actorId: string, lease: Lease, timeoutMs: number) {
    this.actorId = actorId;
    this.#lease = lease;
    this.#channel = lease.raw();
    this.#timeoutMs = timeoutMs;
  }

  /** Aborts when the hold has ended; the reason says why. */
  get lost(): AbortSignal {
    return this.#lease.lost;
  }

  /**
   * Sends bytes.
   * @returns how many: all of them
   * @throws LEASE_LOST, and what the link throws
   */
  async write(data: Uint8Array): Promise<number> {
    this.#renew();
    await this.#channel.write(data);
    return data.length;
  }

  /** Sends all bytes. @throws LEASE_LOST, and what the link throws */
  async writeAll(data: Uint8Array): Promise<void> {
    await this.write(data);
  }

  /**
   * Fills the front of a buffer with what has arrived; waits for at least one byte.
   * @returns how many bytes
   * @throws INSTRUMENT_TIMEOUT when none comes in the time of the port; LEASE_LOST; CANCELLED
   */
  async read(buffer: Uint8Array, signal?: AbortSignal): Promise<number>;
  /** The same, with at most so many bytes in a buffer of its own. */
  async read(bytesMost: number, signal?: AbortSignal): Promise<Uint8Array>;
  async read(into: Uint8Array | number, signal?: AbortSignal): Promise<Uint8Array | number> {
    this.#renew();
    const bytesMost = typeof into === 'number' ? into : into.length;
    if (bytesMost === 0) return typeof into === 'number' ? new Uint8Array() : 0;
    const data = await this.#channel.read(bytesMost, {
      timeoutMs: this.#timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    if (typeof into === 'number') return data;
    into.set(data);
    return data.length;
  }

  /** Gives the port to the next in line. Does nothing when the hold has ended before. */
  async release(): Promise<void> {
    this.#channel[Symbol.dispose]();
    await this.#lease.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  #renew(): void {
    try {
      this.#lease.renew();
    } catch (error) {
      // Others wait, so it goes on only until its time is over.
      if (!hasCode(error, 'RENEWAL_LIMIT')) throw error;
    }
  }
}
