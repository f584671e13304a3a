import { hasCode, onAbort, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import { serialLinkFactory, serialSettings } from '../../links/index.ts';
import type { SerialSettings } from '../../links/index.ts';
import { Port } from '../../ports/index.ts';
import type { Lease } from '../../ports/index.ts';
import { inOrder, serialPortRank } from '../shared-resources/lock-order.ts';
import { SerialGuard } from './serial-guard.ts';

/** A guard that is not used for so long ends by itself. */
export const guardHoldMs = 30_000;
/** The baud rate of a port that is not told. */
export const sharedBaudRate = 9_600;
/** How long a read waits for its first byte unless the port is told otherwise. */
export const sharedReadTimeoutMs = 1_000;

export interface SharedSerialPortOptions extends Partial<SerialSettings> {
  readonly path: string;
  /** How long a read waits for its first byte. @default {@link sharedReadTimeoutMs} */
  readonly timeoutMs?: number;
  /** How long a guard may be idle before it ends. @default {@link guardHoldMs} */
  readonly holdMs?: number;
  /** A port that exists already, whose other users count too. @default one of its own */
  readonly port?: Port;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** A serial port that several actors use in turns: each holds it through a guard, as long as it needs. */
export class SharedSerialPort implements AsyncDisposable {
  readonly path: string;
  readonly baudRate: number;
  readonly #port: Port;
  readonly #ownsPort: boolean;
  readonly #timeoutMs: number;
  readonly #holdMs: number;
  readonly #clock: Clock;
  #isClosed = false;

  /** @throws BAD_ARGUMENT for settings that no serial line has */
  constructor(options: SharedSerialPortOptions) {
    const { path, baudRate = sharedBaudRate, clock = systemClock } = options;
    const settings = serialSettings({ ...options, baudRate });
    this.path = path;
    this.baudRate = baudRate;
    this.#timeoutMs = options.timeoutMs ?? sharedReadTimeoutMs;
    this.#holdMs = options.holdMs ?? guardHoldMs;
    this.#clock = clock;
    this.#ownsPort = options.port === undefined;
    this.#port =
      options.port ??
      new Port({ name: path, link: serialLinkFactory({ path, ...settings }), clock });
    if (this.#ownsPort) this.#port.open();
  }

  /** Whether nobody holds it. */
  isAvailable(): boolean {
    return !this.#isClosed && this.#port.leases().length === 0;
  }

  /** Who holds it. */
  currentOwner(): string | undefined {
    return this.#port.leases()[0]?.owner.program;
  }

  /**
   * Waits in line until the port is free and open, then holds it.
   * @param timeoutMs 0 does not wait
   * @throws WAIT_TIMEOUT, LEASE_HELD when it is held and must not wait, PORT_ABSENT when it is closed,
   *   CANCELLED, DEADLOCK, LOCK_ORDER; BAD_ARGUMENT for a wait that would not end
   */
  async acquire(actorId: string, timeoutMs: number, signal?: AbortSignal): Promise<SerialGuard> {
    if (this.#isClosed) throw this.#notAvailable();
    if (!Number.isFinite(timeoutMs)) {
      throw new SignalboxError('BAD_ARGUMENT', `a wait of ${timeoutMs} ms would not end`);
    }
    const taken = inOrder(`serial port ${this.path}`, serialPortRank);
    const startMs = this.#clock.monotonic();
    const lease = await this.#lease(actorId, timeoutMs, signal);
    try {
      await this.#opened(
        actorId,
        timeoutMs,
        timeoutMs - (this.#clock.monotonic() - startMs),
        signal,
      );
      taken(lease.lost);
      return new SerialGuard(actorId, lease, this.#timeoutMs);
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  /** Closes the port; whoever waits for it is refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#ownsPort) await this.#port.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #lease(
    actorId: string,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Lease> {
    const holder = this.currentOwner();
    if (timeoutMs <= 0 && holder !== undefined) throw this.#inUse(actorId, holder);
    try {
      return await this.#port.lease({
        by: this.#ownerOf(actorId),
        waitMs: timeoutMs,
        holdMs: this.#holdMs,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (hasCode(error, 'WAIT_TIMEOUT')) throw this.#tooLate(actorId, timeoutMs, error);
      if (hasCode(error, 'CLOSED', 'PORT_RELEASED')) throw this.#notAvailable(error);
      throw error;
    }
  }

  /** Waits for the link; a device that is not there yet may come. */
  async #opened(
    actorId: string,
    timeoutMs: number,
    leftMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#port.status().state === 'open') return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    using _state = this.#port.events.on('state', ({ state }) => {
      if (state === 'open') resolve();
      else if (state === 'closed' || state === 'released') reject(this.#notAvailable());
    });
    const timer = this.#clock.schedule(Math.max(0, leftMs), () => {
      const { reason } = this.#port.status();
      reject(
        reason === undefined
          ? this.#tooLate(actorId, timeoutMs)
          : this.#notAvailable(undefined, reason),
      );
    });
    using _abort = onAbort(signal, () => {
      reject(
        new SignalboxError('CANCELLED', `the wait for serial port ${this.path} was cancelled`),
      );
    });
    try {
      await promise;
    } finally {
      timer.cancel();
    }
  }

  /** An actor is one owner: it takes turns with others, however often it waits, and is counted as one. */
  #ownerOf(actorId: string): Owner {
    return {
      id: `${this.path}:${actorId}`,
      program: actorId,
      door: 'inline',
      sinceMs: this.#clock.now(),
    };
  }

  // Programs match on these texts, so they stay as they are.

  #tooLate(actorId: string, timeoutMs: number, cause?: unknown): SignalboxError {
    return new SignalboxError(
      'WAIT_TIMEOUT',
      `Timeout acquiring serial port ${this.path} for actor ${actorId} (timeout: ${durationText(timeoutMs)})`,
      { details: { path: this.path, actorId, timeoutMs, holder: this.currentOwner() }, cause },
    );
  }

  #inUse(actorId: string, holder: string): SignalboxError {
    return new SignalboxError(
      'LEASE_HELD',
      `Serial port ${this.path} is already in use by actor '${holder}', requested by '${actorId}'`,
      { details: { path: this.path, actorId, holder } },
    );
  }

  #notAvailable(cause?: unknown, reason?: string): SignalboxError {
    return new SignalboxError(
      'PORT_ABSENT',
      `Serial port ${this.path} is not available (closed or error)`,
      { details: { path: this.path, ...(reason === undefined ? {} : { reason }) }, cause },
    );
  }
}

/** As Rust shows a duration: `5s`, `1.5s`, `250ms`. */
function durationText(ms: number): string {
  return ms >= 1_000 ? `${ms / 1_000}s` : `${ms}ms`;
}
