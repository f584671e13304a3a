import { onAbort, SignalboxError, throwIfCancelled } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import { scheduleReadFirst } from './read-first.ts';
import type { Wire } from './wire.ts';

/** So many bytes that arrive are kept until they are read; the oldest are dropped beyond it. */
export const rawReceivedBytesMost = 65_536;

/** What a channel needs of its port. */
export interface RawChannelHost {
  readonly clock: Clock;
  readonly portName: string;
  /** The open wire. @throws why there is none, or LEASE_LOST */
  wire(): Wire;
}

/**
 * The bytes of a wire as they are, while a lease holds all of it. Moves no byte once the lease has
 * ended.
 */
export class RawChannel implements Disposable {
  readonly #host: RawChannelHost;
  readonly #lost: AbortSignal;
  readonly #received: Uint8Array[] = [];
  #receivedBytes = 0;
  #waiting: PromiseWithResolvers<void> | undefined;
  /** Why the wire ended, until a read has told it. */
  #ended: SignalboxError | undefined;
  #tappedWire: Wire | undefined;
  #tap: Disposable | undefined;

  constructor(host: RawChannelHost, lost: AbortSignal) {
    this.#host = host;
    this.#lost = lost;
    lost.addEventListener('abort', () => this[Symbol.dispose](), { once: true });
    this.#listen();
  }

  /** Sends bytes. @throws LEASE_LOST, and what the link throws */
  async write(data: Uint8Array): Promise<void> {
    const wire = this.#listen();
    // What is read from now on answers this.
    this.#ended = undefined;
    await wire.send(data);
    this.#lost.throwIfAborted();
  }

  /**
   * What has arrived, at most `bytesMost` of it; waits for at least one byte. When the link breaks,
   * one read says so at once, or the next one if none waits; those after it read from the new link.
   * @throws INSTRUMENT_TIMEOUT when none comes in time; LEASE_LOST; CANCELLED; why the link broke
   */
  async read(
    bytesMost: number,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Uint8Array> {
    const { timeoutMs, signal } = options;
    throwIfCancelled(signal, 'a read');
    if (this.#receivedBytes === 0) await this.#arrival(timeoutMs, signal);
    return this.#take(bytesMost);
  }

  [Symbol.dispose](): void {
    this.#tap?.[Symbol.dispose]();
    this.#tap = undefined;
    this.#tappedWire = undefined;
    this.#received.length = 0;
    this.#receivedBytes = 0;
  }

  async #arrival(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const ended = this.#ended;
    this.#ended = undefined;
    if (ended !== undefined) throw ended;
    this.#listen();
    const waiting = Promise.withResolvers<void>();
    const { promise, reject } = waiting;
    this.#waiting = waiting;
    const timer = scheduleReadFirst(this.#host.clock, timeoutMs, () =>
      reject(
        new SignalboxError(
          'INSTRUMENT_TIMEOUT',
          `nothing arrived on port ${this.#host.portName} within ${timeoutMs} ms`,
        ),
      ),
    );
    using _lost = onAbort(this.#lost, () => reject(this.#lost.reason));
    using _cancelled = onAbort(signal, () => {
      reject(new SignalboxError('CANCELLED', 'a read was cancelled'));
    });
    try {
      await promise;
    } finally {
      timer.cancel();
      this.#waiting = undefined;
    }
  }

  #take(bytesMost: number): Uint8Array {
    this.#lost.throwIfAborted();
    const first = this.#received.shift() ?? new Uint8Array();
    if (first.length > bytesMost) this.#received.unshift(first.subarray(bytesMost));
    const taken = first.subarray(0, bytesMost);
    this.#receivedBytes -= taken.length;
    return taken;
  }

  /** Listens on the wire that is open now, which is another one after the link came back. */
  #listen(): Wire {
    this.#lost.throwIfAborted();
    const wire = this.#host.wire();
    if (wire === this.#tappedWire) return wire;
    this.#tap?.[Symbol.dispose]();
    this.#tappedWire = wire;
    this.#tap = wire.tap({
      take: (data) => this.#keep(data),
      ended: (reason) => this.#end(reason),
    });
    return wire;
  }

  #keep(data: Uint8Array): void {
    this.#received.push(data);
    this.#receivedBytes += data.length;
    while (this.#receivedBytes > rawReceivedBytesMost) {
      this.#receivedBytes -= this.#received.shift()?.length ?? 0;
    }
    this.#waiting?.resolve();
  }

  #end(reason: SignalboxError): void {
    if (this.#waiting === undefined) this.#ended = reason;
    else this.#waiting.reject(reason);
  }
}
