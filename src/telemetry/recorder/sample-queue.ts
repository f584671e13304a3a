import type { RecordedValue } from '../history/history.ts';
import { SampleBatch } from '../history/sample-batch.ts';

/** Some samples that are written together, and those who wait for that. */
export interface Load {
  readonly batch: SampleBatch;
  readonly waiting: PromiseWithResolvers<void>[];
}

/** Empty ones are kept for the next samples: so many. */
const emptyKeptMost = 2;

/**
 * Samples that wait to be written, in order, in bounded memory: as many batches as it may have, each of
 * which is allocated when it is needed.
 */
export class SampleQueue {
  readonly #batchMost: number;
  readonly #loadsMost: number;
  readonly #full: Load[] = [];
  readonly #empty: Load[] = [];
  #filling: Load | undefined;
  /** Taken, and not given back yet. */
  #taken = 0;
  #takenSize = 0;

  constructor(batchMost: number, loadsMost: number) {
    this.#batchMost = batchMost;
    this.#loadsMost = loadsMost;
  }

  /** Samples that are not written yet. */
  get size(): number {
    const waiting = this.#full.reduce((sum, { batch }) => sum + batch.size, 0);
    return waiting + (this.#filling?.batch.size ?? 0) + this.#takenSize;
  }

  /** So many more may come. */
  get room(): number {
    const loads = this.#loadsMost - this.#full.length - this.#taken;
    return loads * this.#batchMost - (this.#filling?.batch.size ?? 0);
  }

  /** Whether a whole batch can be taken. */
  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  get isEmpty(): boolean {
    return this.#full.length === 0 && (this.#filling?.batch.size ?? 0) === 0;
  }

  /** @returns false when there is no room: it was not taken */
  add(series: number, atMs: number, value: RecordedValue): boolean {
    let load = this.#filling;
    if (load === undefined) {
      if (this.#full.length + this.#taken >= this.#loadsMost) return false;
      load = this.#empty.pop() ?? { batch: new SampleBatch(this.#batchMost), waiting: [] };
      this.#filling = load;
    }
    load.batch.add(series, atMs, value);
    if (load.batch.isFull) {
      this.#full.push(load);
      this.#filling = undefined;
    }
    return true;
  }

  /** Settles when all that was added so far is written; at once when nothing waits. */
  written(): Promise<void> | undefined {
    const last = this.#filling ?? this.#full.at(-1);
    if (last === undefined) return undefined;
    const wait = Promise.withResolvers<void>();
    // Who has given up does not hear of it.
    wait.promise.catch(() => {});
    last.waiting.push(wait);
    return wait.promise;
  }

  /** The oldest, which goes to the disk; to be given back. */
  take(): Load | undefined {
    const load = this.#full.shift() ?? this.#filling;
    if (load === undefined || load.batch.size === 0) return undefined;
    if (load === this.#filling) this.#filling = undefined;
    this.#taken += 1;
    this.#takenSize += load.batch.size;
    return load;
  }

  /** @param error why it was not written */
  giveBack(load: Load, error?: unknown): void {
    this.#taken -= 1;
    this.#takenSize -= load.batch.size;
    for (const each of load.waiting) {
      if (error === undefined) each.resolve();
      else each.reject(error);
    }
    load.waiting.length = 0;
    load.batch.clear();
    if (this.#empty.length < emptyKeptMost) this.#empty.push(load);
  }

  /** Forgets all that is not taken. @returns how many samples */
  clear(error: unknown): number {
    let lost = 0;
    for (let load = this.take(); load !== undefined; load = this.take()) {
      lost += load.batch.size;
      this.giveBack(load, error);
    }
    return lost;
  }
}
