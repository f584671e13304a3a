/** What waits to be written. */
interface Waiting<Item> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<void>;
}

/** What a group commit does with what it is given. */
export interface GroupCommitOptions<Item> {
  /** Returns when all of them are on the disk. */
  readonly write: (items: readonly Item[]) => Promise<void>;
  /** They are on the disk; called before whoever waits hears of it. */
  readonly written: (items: readonly Item[]) => void;
  /** Nothing of what was given and not yet written comes about. */
  readonly failed: (error: unknown) => void;
  /** Nothing is left to write. */
  readonly idle: () => void;
}

/**
 * Writes one thing after another; what comes while one is under way is written together by the next.
 * Each builds on the one before it: when a write fails, all that came since fail with it.
 */
export class GroupCommit<Item> {
  readonly #options: GroupCommitOptions<Item>;
  #waiting: Waiting<Item>[] = [];
  #running: Promise<void> | undefined;
  #last: Promise<void> | undefined;
  #failures = 0;
  #error: unknown;

  constructor(options: GroupCommitOptions<Item>) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** How many writes have failed: what was prepared before the last of them counts no more. */
  get failures(): number {
    return this.#failures;
  }

  /** Of the last write that failed. */
  get error(): unknown {
    return this.#error;
  }

  /** Returns when it is written. */
  async add(item: Item): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ item, done });
    this.#last = done.promise;
    this.#running ??= this.#run();
    await done.promise;
  }

  /** Returns when all that was given so far is written. Whoever gave it hears of a failure in any case. */
  settled(): Promise<void> {
    return this.#last ?? Promise.resolve();
  }

  /** Returns when nothing is under way any more, whatever came of it. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      const items = batch.map(({ item }) => item);
      try {
        await this.#options.write(items);
      } catch (error) {
        this.#fail([...batch, ...this.#waiting.splice(0)], error);
        continue;
      }
      this.#options.written(items);
      for (const { done } of batch) done.resolve();
    }
    this.#running = undefined;
    this.#last = undefined;
    this.#options.idle();
  }

  #fail(waiting: readonly Waiting<Item>[], error: unknown): void {
    this.#failures += 1;
    this.#error = error;
    this.#last = undefined;
    this.#options.failed(error);
    for (const { done } of waiting) done.reject(error);
  }
}
