import { keepLayout } from '../keep-layout.ts';

/** A lock between threads that is held, until it is released. Releasing again does nothing. */
export class SharedGuard implements Disposable, AsyncDisposable {
  /**
   * The thread that had the lock before died while it held it: what the lock protects may be half
   * changed. Told to the next who takes it.
   */
  readonly abandoned: boolean;
  #leave: ((entry: number) => void) | undefined;
  readonly #entry: number;

  /** @param leave what the release does; given `entry` */
  constructor(leave: (entry: number) => void, entry: number, abandoned: boolean) {
    this.#leave = leave;
    this.#entry = entry;
    this.abandoned = abandoned;
  }

  release(): void {
    const leave = this.#leave;
    if (leave === undefined) return;
    this.#leave = undefined;
    leave(this.#entry);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.release();
    return Promise.resolve();
  }
}

keepLayout(new SharedGuard(() => {}, 0, false));
