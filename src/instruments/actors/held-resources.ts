import { SignalboxError } from '../../kernel/index.ts';
import type { SharedResources } from '../shared-resources/shared-resources.ts';
import type { ActorResources, SerialHold } from './actor.ts';

/** One life of an actor has so many serial ports at once, held or waited for, at most. */
export const actorHoldsMost = 64;

/** What one life of an actor holds of the shared resources: it ends with that life, whatever it does. */
export class HeldResources implements ActorResources, AsyncDisposable {
  readonly #actorId: string;
  readonly #shared: SharedResources;
  readonly #life = new AbortController();
  readonly #holds = new Set<SerialHold>();
  #waiting = 0;

  constructor(actorId: string, shared: SharedResources) {
    this.#actorId = actorId;
    this.#shared = shared;
  }

  async acquireSerialPort(
    path: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<SerialHold> {
    this.#checkAlive();
    if (this.#waiting + this.#holds.size >= actorHoldsMost) {
      throw new SignalboxError(
        'QUEUE_FULL',
        `actor ${this.#actorId} has ${actorHoldsMost} serial ports, the most allowed`,
        { details: { actor: this.#actorId, actorHoldsMost } },
      );
    }
    const life = this.#life.signal;
    const ends = signal === undefined ? life : AbortSignal.any([life, signal]);
    this.#waiting += 1;
    try {
      const port = this.#shared.getSharedSerialPort(path);
      const hold = await port.acquire(this.#actorId, timeoutMs, ends);
      this.#holds.add(hold);
      hold.lost.addEventListener('abort', () => this.#holds.delete(hold), { once: true });
      if (life.aborted) await hold.release();
      this.#checkAlive();
      return hold;
    } finally {
      this.#waiting -= 1;
    }
  }

  async enqueueVisaCommand(command: string, timeoutMs: number, resource?: string): Promise<string> {
    this.#checkAlive();
    const { signal } = this.#life;
    return await this.#shared.enqueueVisaCommand(
      command,
      timeoutMs,
      this.#actorId,
      resource,
      signal,
    );
  }

  /** Gives everything back; waits are taken back. Never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort(new SignalboxError('CANCELLED', `actor ${this.#actorId} has ended`));
    await Promise.allSettled(Array.from(this.#holds, async (hold) => await hold.release()));
  }

  #checkAlive(): void {
    if (!this.#life.signal.aborted) return;
    throw new SignalboxError('CLOSED', `actor ${this.#actorId} has ended, and holds nothing more`);
  }
}
