import { cancellationError, LinkedQueue, onAbort, throwIfCancelled } from '../../kernel/index.ts';
import type { SignalboxError } from '../../kernel/index.ts';

/** How many instruments that answer may pass one that was silent when it was asked last. */
export const turnsBeforeSilentMost = 8;

/** Who waits for an adapter. */
export interface AdapterPlace {
  /** Whether it was silent when it was asked last. */
  readonly isSilent: boolean;
  /** Any of them takes it out of the line. */
  readonly signals: readonly AbortSignal[];
  /** For the error of a signal. */
  readonly what: string;
}

type Waiting = PromiseWithResolvers<void>;

/**
 * The links of one adapter take turns with it, in the order in which they come; but whose instrument was
 * silent waits behind those that answer, which {@link turnsBeforeSilentMost} bounds. Each link has one
 * place at most, so the line is no longer than there are links.
 */
export class AdapterLine {
  readonly #answering = new LinkedQueue<Waiting>();
  readonly #silent = new LinkedQueue<Waiting>();
  #isTaken = false;
  /** Turns that passed a silent one. */
  #passed = 0;
  #failure: SignalboxError | undefined;

  /** Runs when it is its turn. @throws CANCELLED, what the line failed with, and what `run` throws */
  async run<T>(place: AdapterPlace, run: () => Promise<T>): Promise<T> {
    await this.#turn(place);
    try {
      return await run();
    } finally {
      this.#next();
    }
  }

  /** Who waits, or comes later, gets the error. */
  fail(error: SignalboxError): void {
    this.#failure ??= error;
    for (const line of [this.#answering, this.#silent]) {
      for (let next = line.shift(); next !== undefined; next = line.shift()) next.reject(error);
    }
  }

  async #turn({ isSilent, signals, what }: AdapterPlace): Promise<void> {
    for (const signal of signals) throwIfCancelled(signal, what);
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isTaken) {
      this.#isTaken = true;
      return;
    }
    const line = isSilent ? this.#silent : this.#answering;
    const waiting: Waiting = Promise.withResolvers();
    const place = line.push(waiting);
    using watched = new DisposableStack();
    for (const signal of signals) {
      const leave = (): void => {
        if (line.remove(place)) waiting.reject(cancellationError(signal, what));
      };
      watched.use(onAbort(signal, leave));
    }
    await waiting.promise;
  }

  #next(): void {
    const isSilentDue = this.#silent.size > 0 && this.#passed >= turnsBeforeSilentMost;
    const answering = isSilentDue ? undefined : this.#answering.shift();
    this.#passed = answering === undefined || this.#silent.size === 0 ? 0 : this.#passed + 1;
    const next = answering ?? this.#silent.shift();
    this.#isTaken = next !== undefined;
    next?.resolve();
  }
}
