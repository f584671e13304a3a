import { keepLayout } from './keep-layout.ts';

/**
 * The right to go on, until it is released; `using` releases it at the end of the block. A guard
 * releases once: doing it again does nothing, so it cannot take the lock from the next holder.
 */
export class Guard implements Disposable, AsyncDisposable {
  #leave: ((guard: Guard) => void) | undefined;

  /** @param leave what the release does; the lock that made the guard says it */
  constructor(leave: (guard: Guard) => void) {
    this.#leave = leave;
  }

  get isReleased(): boolean {
    return this.#leave === undefined;
  }

  release(): void {
    const leave = this.#leave;
    if (leave === undefined) return;
    this.#leave = undefined;
    leave(this);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.release();
    return Promise.resolve();
  }
}

keepLayout(new Guard(() => {}));
