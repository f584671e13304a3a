import { exitCodes } from './exit-codes.ts';

/** Notices Ctrl-C and `kill`: the first asks for an orderly end, the second ends at once. */
export class Interruption implements Disposable {
  readonly #stop = new AbortController();
  #exitCode: number | undefined;
  #isPatient = false;

  constructor() {
    process.on('SIGINT', this.#interrupt);
    process.on('SIGTERM', this.#terminate);
  }

  /** Aborts at the first signal. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** With which the program ends after a signal; undefined when there was none. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** From now on further signals do not end the program either: it waits for another to end. */
  bePatient(): void {
    this.#isPatient = true;
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#interrupt);
    process.off('SIGTERM', this.#terminate);
  }

  #interrupt = (): void => this.#end(exitCodes.interrupted);
  #terminate = (): void => this.#end(exitCodes.terminated);

  #end(exitCode: number): void {
    if (this.#exitCode !== undefined && !this.#isPatient) process.exit(exitCode);
    this.#exitCode ??= exitCode;
    this.#stop.abort();
  }
}
