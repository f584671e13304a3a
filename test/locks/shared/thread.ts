import { Worker } from 'node:worker_threads';
import type { End, Order, Outcome } from './orders.ts';

const program = new URL('programs/thread.ts', import.meta.url);

/** A real thread that takes orders. */
export class Thread implements AsyncDisposable {
  readonly worker: Worker;
  /** Resolves when it has ended, with what it threw. */
  readonly ended: Promise<unknown>;
  readonly #answers = new Map<number, (outcome: Outcome) => void>();
  #orders = 0;
  #isEnded = false;
  #thrown: unknown;

  private constructor() {
    this.worker = new Worker(program);
    this.worker.on('message', ({ number, outcome }: { number: number; outcome: Outcome }) => {
      this.#answers.get(number)?.(outcome);
      this.#answers.delete(number);
    });
    this.worker.on('error', (error) => (this.#thrown = error));
    const ended = Promise.withResolvers<unknown>();
    this.ended = ended.promise;
    this.worker.on('exit', () => {
      this.#isEnded = true;
      for (const answer of this.#answers.values()) answer({ how: 'ended' });
      this.#answers.clear();
      ended.resolve(this.#thrown);
    });
  }

  /** Starts it. @param room which it is to have imported */
  static async start(room: string): Promise<Thread> {
    const thread = new Thread();
    const begun = Promise.withResolvers<Outcome>();
    thread.#answers.set(0, begun.resolve);
    const { how } = await begun.promise;
    if (how === 'ended') throw await thread.ended;
    await thread.do({ do: 'import', room });
    return thread;
  }

  /** It has not done all that it was ordered to. */
  get isBusy(): boolean {
    return this.#answers.size > 0;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  async do(order: Order): Promise<Outcome> {
    const number = (this.#orders += 1);
    const outcome = Promise.withResolvers<Outcome>();
    this.#answers.set(number, outcome.resolve);
    this.worker.postMessage({ number, order });
    return await outcome.promise;
  }

  async end(how: End | 'terminate'): Promise<void> {
    if (how === 'terminate') await this.worker.terminate();
    else await this.do({ do: 'end', how });
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker.terminate();
  }
}
