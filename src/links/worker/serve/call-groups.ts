/** What waits for its turn in a group. */
type Run = () => void;

/** Calls of one group run one after the other, in the order in which they came; groups side by side. */
export class CallGroups {
  /** The groups in which something runs, with what waits there. */
  readonly #waiting = new Map<string, Run[]>();

  /** Runs at once when nothing of the group does. */
  run(group: string, signal: AbortSignal, run: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        this.#settle(group, run, resolve, reject);
      };
      const waiting = this.#waiting.get(group);
      if (waiting === undefined) {
        this.#waiting.set(group, []);
        begin();
        return;
      }
      const leave = (): void => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(signal.reason as Error);
      };
      const turn = (): void => {
        signal.removeEventListener('abort', leave);
        begin();
      };
      waiting.push(turn);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #settle(
    group: string,
    run: () => unknown,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    // A function may throw at once, or later.
    new Promise((settled) => settled(run())).then(resolve, reject).finally(() => this.#next(group));
  }

  #next(group: string): void {
    const next = this.#waiting.get(group)?.shift();
    if (next === undefined) this.#waiting.delete(group);
    else next();
  }
}
