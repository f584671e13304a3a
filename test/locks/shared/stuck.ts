import { setTimeout as sleep } from 'node:timers/promises';

const lookEveryMs = 20;

/** Waits for all, as long as something happens. @throws when nothing has happened for so long */
export async function settledUnlessStuck(
  promises: readonly Promise<unknown>[],
  progress: () => number,
  stuckMs: number,
): Promise<void> {
  using looking = new Looking(progress, stuckMs);
  await Promise.race([Promise.all(promises), looking.stuck]);
}

class Looking implements Disposable {
  readonly stuck: Promise<never>;
  readonly #controller = new AbortController();

  constructor(progress: () => number, stuckMs: number) {
    this.stuck = this.#look(progress, stuckMs);
    this.stuck.catch(() => {});
  }

  async #look(progress: () => number, stuckMs: number): Promise<never> {
    const { signal } = this.#controller;
    let seen = progress();
    for (let stillMs = 0; stillMs < stuckMs; stillMs += lookEveryMs) {
      await sleep(lookEveryMs, undefined, { signal });
      const now = progress();
      if (now !== seen) stillMs = 0;
      seen = now;
    }
    throw new RangeError('nobody goes on');
  }

  [Symbol.dispose](): void {
    this.#controller.abort();
  }
}
