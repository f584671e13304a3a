import {
  asSignalboxError,
  BackOff,
  hasCode,
  SignalboxError,
  systemClock,
} from '../kernel/index.ts';
import type { Timer } from '../kernel/index.ts';
import type { Transport } from './transport.ts';

/** What the gateway says of a lease that it granted. */
export interface GrantedLease {
  readonly id: string;
  readonly token: string;
  readonly expiresInMs: number;
  readonly port: string;
  readonly scope?: string;
}

/** A heartbeat is sent when so much of the time has passed. */
const heartbeatShare = 1 / 3;

/**
 * A hold on a port or instrument. Kept alive by heartbeats until it is released or disposed; when
 * this program ends or hangs, it ends by itself.
 */
export class ClientLease implements AsyncDisposable {
  readonly id: string;
  /** Shown to the gateway with each request under the lease. Keep it secret. */
  readonly token: string;
  readonly port: string;
  readonly scope: string | undefined;
  readonly holdMs: number;
  readonly #transport: Transport;
  readonly #lost = new AbortController();
  readonly #backOff = new BackOff({ firstMs: 50, longestMs: 1_000 });
  #expiresAtMs: number;
  #timer: Timer | undefined;
  #isReleased = false;

  /** Made by `SignalboxClient.lease()`. */
  constructor(transport: Transport, granted: GrantedLease) {
    this.#transport = transport;
    this.id = granted.id;
    this.token = granted.token;
    this.port = granted.port;
    this.scope = granted.scope;
    this.holdMs = granted.expiresInMs;
    this.#expiresAtMs = systemClock.monotonic() + granted.expiresInMs;
    this.#schedule(this.holdMs * heartbeatShare);
  }

  /** Aborts when it has ended without being released; the reason is a LEASE_LOST error. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Ends it. Does nothing when it has ended before. @throws GATEWAY_UNREACHABLE */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#timer?.cancel();
    if (this.#lost.signal.aborted) return;
    try {
      await this.#transport.call({
        method: 'DELETE',
        path: ['api', 'v1', 'leases', this.id],
        lease: this.token,
      });
    } catch (error) {
      if (!hasCode(error, 'LEASE_LOST')) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  async #beat(): Promise<void> {
    const leftMs = this.#expiresAtMs - systemClock.monotonic();
    if (leftMs <= 0) {
      this.#end(new SignalboxError('LEASE_LOST', `lease ${this.id} expired without a heartbeat`));
      return;
    }
    const sentMs = systemClock.monotonic();
    try {
      const { expiresInMs } = await this.#transport.call<{ expiresInMs: number }>({
        method: 'POST',
        path: ['api', 'v1', 'leases', this.id, 'heartbeat'],
        lease: this.token,
        signal: AbortSignal.timeout(Math.ceil(leftMs)),
      });
      this.#expiresAtMs = sentMs + expiresInMs;
      this.#backOff.reset();
      this.#schedule(this.holdMs * heartbeatShare);
    } catch (error) {
      this.#failed(asSignalboxError(error));
    }
  }

  #failed(error: SignalboxError): void {
    if (error.code === 'LEASE_LOST') this.#end(error);
    // Others wait, or the gateway is away for a moment: what is left of the time still counts.
    else this.#schedule(this.#backOff.nextMs());
  }

  #schedule(delayMs: number): void {
    if (this.#isReleased) return;
    const leftMs = Math.max(0, this.#expiresAtMs - systemClock.monotonic());
    this.#timer = systemClock.schedule(Math.min(delayMs, leftMs), () => void this.#beat());
  }

  #end(error: SignalboxError): void {
    this.#timer?.cancel();
    if (!this.#isReleased) this.#lost.abort(error);
  }
}
