import type { Posted } from './channel.ts';
import type { Deadline } from './deadline-line.ts';

/** One call of this side, from its making to its settling. */
export class OutgoingCall implements Deadline {
  readonly id: number;
  readonly method: string;
  label: string | undefined = undefined;
  readonly posted: Posted;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  onProgress: ((value: unknown) => void) | undefined = undefined;
  onExpired: ((call: OutgoingCall) => void) | undefined = undefined;
  timeoutMs = 0;
  isSettled = false;

  dueMs = 0;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;
  isInLine = false;

  #signal: AbortSignal | undefined = undefined;
  #listener: (() => void) | undefined = undefined;

  constructor(
    id: number,
    method: string,
    posted: Posted,
    resolve: (result: unknown) => void,
    reject: (error: Error) => void,
  ) {
    this.id = id;
    this.method = method;
    this.posted = posted;
    this.resolve = resolve;
    this.reject = reject;
  }

  expire(): void {
    this.onExpired?.(this);
  }

  listenTo(signal: AbortSignal, run: () => void): void {
    this.#signal = signal;
    this.#listener = run;
    signal.addEventListener('abort', run, { once: true });
  }

  stopListening(): void {
    if (this.#listener === undefined) return;
    this.#signal?.removeEventListener('abort', this.#listener);
    this.#listener = undefined;
    this.#signal = undefined;
  }
}
