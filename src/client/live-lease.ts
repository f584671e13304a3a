import type { SignalboxError } from '../kernel/index.ts';

/** A hold that lasts as long as its connection, unless it is released before. */
export class LiveLease implements AsyncDisposable {
  readonly id: string;
  /** Shown to the gateway with requests outside of the connection. */
  readonly token: string;
  readonly #release: () => Promise<void>;
  readonly #lost = new AbortController();
  #isReleased = false;

  constructor(id: string, token: string, release: () => Promise<void>) {
    this.id = id;
    this.token = token;
    this.#release = release;
  }

  /** Aborts when it has ended without being released. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    if (this.#isReleased || this.#lost.signal.aborted) return;
    this.#isReleased = true;
    await this.#release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** Told by the connection. */
  end(error: SignalboxError): void {
    this.#lost.abort(error);
  }
}
