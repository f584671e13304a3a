import { onAbort, SignalboxError } from '../../kernel/index.ts';

interface Hold {
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Holds by the numbers that those give them who cannot have them as objects. Each goes when it is lost. */
export class NumberedHolds<Each extends Hold> {
  readonly #holds = new Map<number, Each>();

  add(number: number, hold: Each): void {
    this.#holds.set(number, hold);
    // By then it may be the number of another, in another life of who gave it.
    onAbort(hold.lost, () => {
      if (this.#holds.get(number) === hold) this.#holds.delete(number);
    });
  }

  /** @throws LEASE_LOST when it has ended */
  get(number: number): Each {
    const hold = this.#holds.get(number);
    if (hold !== undefined) return hold;
    throw new SignalboxError('LEASE_LOST', `hold ${number} has ended`, {
      details: { hold: number },
    });
  }

  /** Resolves when it has ended. */
  async untilLost(number: number): Promise<void> {
    const hold = this.#holds.get(number);
    if (hold === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    onAbort(hold.lost, resolve);
    await promise;
  }

  /** Does nothing when it has ended before. */
  async release(number: number): Promise<void> {
    await this.#holds.get(number)?.release();
  }
}
