import { realRoom } from './rooms.ts';
import { Thread } from './thread.ts';

/** Threads that are there for one schedule after the other. */
export class Crew implements AsyncDisposable {
  readonly #size: number;
  #threads: readonly Thread[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  get threads(): readonly Thread[] {
    return this.#threads;
  }

  /** Lets those go that a bug has left stuck, and starts others for them. */
  async complete(): Promise<void> {
    const idle = this.#threads.filter((thread) => !thread.isBusy && !thread.isEnded);
    const others = this.#threads.filter((thread) => !idle.includes(thread));
    await Promise.all(others.map((thread) => thread[Symbol.asyncDispose]()));
    const started = Array.from({ length: this.#size - idle.length }, () => Thread.start(realRoom));
    this.#threads = [...idle, ...(await Promise.all(started))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()));
  }
}
