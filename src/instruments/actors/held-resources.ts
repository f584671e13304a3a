import { onAbort, SignalboxError, throwIfCancelled } from '../../kernel/index.ts';
import { asOneChain } from '../shared-resources/lock-order.ts';
import type { SharedResources } from '../shared-resources/shared-resources.ts';
import type { ActorResources, ResourceHold, SerialHold } from './actor.ts';

/** One life of an actor holds so many things at once, or waits for them, at most. */
export const actorHoldsMost = 64;

/** What one life of an actor holds of the shared resources: it ends with that life, whatever it does. */
export class HeldResources implements ActorResources, AsyncDisposable {
  readonly #actorId: string;
  readonly #shared: SharedResources;
  readonly #life = new AbortController();
  readonly #holds = new Set<SerialHold | ResourceHold>();
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
    return await this.#hold(signal, async (ends) => {
      const port = this.#shared.getSharedSerialPort(path);
      return await port.acquire(this.#actorId, timeoutMs, ends);
    });
  }

  async holdVisa(
    timeoutMs: number,
    resource?: string,
    signal?: AbortSignal,
  ): Promise<ResourceHold> {
    return await this.#hold(
      signal,
      async (ends) => await this.#shared.holdVisa(timeoutMs, this.#actorId, resource, ends),
    );
  }

  async inOrder<Result>(run: () => Promise<Result>): Promise<Result> {
    return await asOneChain(this.#actorId, run);
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

  /** Takes a hold that ends with this life. */
  async #hold<Hold extends SerialHold | ResourceHold>(
    signal: AbortSignal | undefined,
    take: (ends: AbortSignal) => Promise<Hold>,
  ): Promise<Hold> {
    this.#checkAlive();
    if (this.#waiting + this.#holds.size >= actorHoldsMost) {
      throw new SignalboxError(
        'QUEUE_FULL',
        `actor ${this.#actorId} holds or waits for ${actorHoldsMost} things, the most allowed`,
        { details: { actor: this.#actorId, actorHoldsMost } },
      );
    }
    const life = this.#life.signal;
    this.#waiting += 1;
    try {
      const hold = await take(signal === undefined ? life : AbortSignal.any([life, signal]));
      this.#holds.add(hold);
      onAbort(hold.lost, () => this.#holds.delete(hold));
      if (life.aborted || signal?.aborted === true) await hold.release();
      this.#checkAlive();
      throwIfCancelled(signal, `a wait of actor ${this.#actorId}`);
      return hold;
    } finally {
      this.#waiting -= 1;
    }
  }

  #checkAlive(): void {
    if (!this.#life.signal.aborted) return;
    throw new SignalboxError('CLOSED', `actor ${this.#actorId} has ended, and holds nothing more`);
  }
}
