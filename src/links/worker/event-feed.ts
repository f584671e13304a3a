import { onAbort } from '../../kernel/index.ts';
import type { WorkerEvent } from './worker-status.ts';

/** So many events wait for a consumer that is behind; then the oldest is dropped for each new one. */
export const eventsWaitingMost = 1_024;

/** An event, with how many were dropped just before it because the consumer was behind. */
export interface FedEvent extends WorkerEvent {
  readonly dropped: number;
}

/**
 * The events of a worker for one consumer that takes its time. It never holds up the worker, whose
 * answers come on the same wire: what it does not take in time is dropped and counted.
 */
export class EventFeed implements AsyncIterableIterator<FedEvent> {
  readonly #leave = new DisposableStack();
  #waiting: WorkerEvent[] = [];
  #dropped = 0;
  #isOver = false;
  /** Who waits for the next event: several may. */
  #wakes: (() => void)[] = [];

  constructor(
    listen: (listener: (event: WorkerEvent) => void) => Disposable,
    signal?: AbortSignal,
  ) {
    this.#leave.use(listen((event) => this.#push(event)));
    this.#leave.use(onAbort(signal, () => void this.return()));
  }

  async next(): Promise<IteratorResult<FedEvent>> {
    while (this.#waiting.length === 0 && !this.#isOver) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wakes.push(resolve);
      await promise;
    }
    const event = this.#waiting.shift();
    if (event === undefined || this.#isOver) return { done: true, value: undefined };
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { done: false, value: { ...event, dropped } };
  }

  async return(): Promise<IteratorResult<FedEvent>> {
    this.#isOver = true;
    this.#waiting = [];
    this.#leave.dispose();
    for (const wake of this.#wakes.splice(0)) wake();
    return await Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #push(event: WorkerEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length > eventsWaitingMost) {
      this.#waiting.shift();
      this.#dropped += 1;
    }
    this.#wakes.shift()?.();
  }
}
