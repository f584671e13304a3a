import { cancellationError, onAbort, SignalboxError } from '../../kernel/index.ts';
import { availableSlots } from './available-slots.ts';

/** What wants to call the library. */
export interface SlotWish {
  /** Who of the calls this is: one resource never has two places, so that a dead one takes no more. */
  readonly resource: string;
  /** Openings never take the last place: to what is dead they last longest. @default false */
  readonly isOpening?: boolean;
  /** Leaves the line; what has its place goes on, since a call cannot be taken back. */
  readonly signal?: AbortSignal;
}

/** A place that was given. */
export interface Slot {
  /** How many others it keeps from theirs, as far as is known: with the last place, all who may come. */
  readonly kept: number;
}

interface Waiting {
  readonly wish: SlotWish;
  readonly start: (slot: Slot) => void;
}

/**
 * Places for calls that block. Such calls share the threads of this process with files and names of
 * hosts, of which some have to be left: {@link availableSlots}. Who came first is first.
 */
export class CallSlots {
  readonly #most: number;
  readonly #openingsMost: number;
  #waiting: Waiting[] = [];
  /** Who has a place, and whether to open. */
  readonly #used = new Map<string, boolean>();
  readonly #abandoned = new Set<string>();

  constructor(most: number) {
    this.#most = most;
    this.#openingsMost = Math.max(1, most - 1);
  }

  /**
   * Runs when there is a place.
   * @throws LINK_TIMEOUT at once where an earlier call to the resource was abandoned and still runs;
   *   CANCELLED; what `run` throws
   */
  async run<T>(wish: SlotWish, run: (slot: Slot) => Promise<T>): Promise<T> {
    const { resource } = wish;
    if (this.#abandoned.has(resource)) throw abandoned(resource);
    const slot = await this.#place(wish);
    try {
      return await run(slot);
    } finally {
      this.#used.delete(resource);
      this.#abandoned.delete(resource);
      this.#advance();
    }
  }

  /** The call of a resource that has not come back is waited for no more. @returns whether there is one */
  abandon(resource: string): boolean {
    const isRunning = this.#used.has(resource);
    if (isRunning) this.#abandoned.add(resource);
    return isRunning;
  }

  async #place(wish: SlotWish): Promise<Slot> {
    const { resource, signal } = wish;
    const what = `a call to ${resource}`;
    if (signal?.aborted === true) throw cancellationError(signal, what);
    const { promise, resolve, reject } = Promise.withResolvers<Slot>();
    const waiting = { wish, start: resolve };
    this.#waiting.push(waiting);
    using _leave = onAbort(signal, () => {
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
      if (signal !== undefined) reject(cancellationError(signal, what));
    });
    this.#advance();
    return await promise;
  }

  #advance(): void {
    for (const waiting of [...this.#waiting]) {
      if (!this.#isFree(waiting.wish)) continue;
      const { resource, isOpening = false } = waiting.wish;
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
      this.#used.set(resource, isOpening);
      const isLast = this.#used.size === this.#most;
      waiting.start({ kept: isLast ? 1 + this.#waiting.length : 0 });
    }
  }

  #isFree({ resource, isOpening = false }: SlotWish): boolean {
    if (this.#used.size >= this.#most || this.#used.has(resource)) return false;
    const openings = Array.from(this.#used.values()).filter(Boolean).length;
    return !isOpening || openings < this.#openingsMost;
  }
}

/** Those of this process. */
export const callSlots: CallSlots = new CallSlots(availableSlots);

function abandoned(resource: string): SignalboxError {
  return new SignalboxError(
    'LINK_TIMEOUT',
    `${resource} was abandoned: a call of the VISA library to it has not come back`,
    {
      details: { address: resource },
      nextStep:
        'Check the interface and its driver; when the call never comes back, restart Signalbox.',
    },
  );
}
