import type { Transaction } from '../ports/index.ts';

/** The moment at which the first of a message's transactions gets its turn. */
export class Turn {
  readonly #come = Promise.withResolvers<void>();
  #hasCome = false;

  get hasCome(): boolean {
    return this.#hasCome;
  }

  /** Resolves when it comes. */
  get come(): Promise<void> {
    return this.#come.promise;
  }

  /** The same transaction, whose turn is this one. */
  of<Reply>(transaction: Transaction<Reply>): Transaction<Reply> {
    const attempt = (): ReturnType<typeof transaction.attempt> => {
      this.#hasCome = true;
      this.#come.resolve();
      return transaction.attempt();
    };
    return { ...transaction, attempt };
  }
}
