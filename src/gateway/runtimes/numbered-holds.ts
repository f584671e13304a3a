import { onAbort, SignalboxError } from '../../kernel/index.ts';

interface Hold {
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Holds by number, as somebody names them who cannot have them as objects. Each goes when it is lost. */
export class NumberedHolds<Each extends Hold> {
  readonly #holds = new Map<number, Each>();
  #count = 0;

  add(hold: Each): number {
    this.#count += 1;
    const number = this.#count;
    this.#holds.set(number, hold);
    onAbort(hold.lost, () => this.#holds.delete(number));
    return number;
  }

  /** @throws LEASE_LOST when it has ended */
  get(number: number): Each {
    const hold = this.#holds.get(number);
    if (hold !== undefined) return hold;
    throw new SignalboxError('LEASE_LOST', `hold ${number} has ended`, {
      details: { hold: number },
    });
  }

  /** Does nothing when it has ended before. */
  async release(number: number): Promise<void> {
    await this.#holds.get(number)?.release();
  }
}
