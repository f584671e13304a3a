import { SignalboxError } from '../../kernel/index.ts';
import type { ComPortCommand } from '../../protocols/index.ts';
import { isConfirmedBy, subjectOf, valueOf } from './line-commands.ts';

interface Waiting {
  readonly wanted: ComPortCommand;
  readonly settled: PromiseWithResolvers<void>;
}

/** Commands that wait for the server to say what it did. RFC 2217, section 2. */
export class Confirmations {
  readonly #address: string;
  /** By subject: one command a subject is under way at a time. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(address: string) {
    this.#address = address;
  }

  /** The subjects of which the server has not said anything yet, in words. */
  get missing(): string {
    return [...this.#waiting.keys()].join(', ');
  }

  /** Resolves when the server has confirmed. @throws BAD_ARGUMENT when it did otherwise */
  async expect(wanted: ComPortCommand): Promise<void> {
    const settled = Promise.withResolvers<void>();
    // It may be given up before it settles.
    settled.promise.catch(() => {});
    this.#waiting.set(subjectOf(wanted) ?? wanted.kind, { wanted, settled });
    await settled.promise;
  }

  /** Takes what the server says; what nobody waits for is its own affair. */
  hear(answer: ComPortCommand): void {
    const subject = subjectOf(answer);
    const waiting = subject === undefined ? undefined : this.#waiting.get(subject);
    if (subject === undefined || waiting === undefined) return;
    this.#waiting.delete(subject);
    if (isConfirmedBy(waiting.wanted, answer)) waiting.settled.resolve();
    else waiting.settled.reject(this.#otherwise(subject, waiting.wanted, answer));
  }

  /** Nobody waits any more. */
  clear(): void {
    this.#waiting.clear();
  }

  fail(error: SignalboxError): void {
    for (const { settled } of this.#waiting.values()) settled.reject(error);
    this.clear();
  }

  #otherwise(subject: string, wanted: ComPortCommand, answer: ComPortCommand): SignalboxError {
    const [value, answered] = [valueOf(wanted), valueOf(answer)];
    return new SignalboxError(
      'BAD_ARGUMENT',
      `the serial server at ${this.#address} has ${subject} ${answered}, and did not take ${value}`,
      {
        details: { address: this.#address, argument: subject, value, answered },
        nextStep: `Set ${subject} to what the server and its line can do, or allow the change on the server.`,
      },
    );
  }
}
