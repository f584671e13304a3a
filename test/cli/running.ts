import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a finished program came to. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A program that runs: what it has said so far, and what is said to it. */
export class Running implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #changed = new EventTarget();
  output = '';
  errors = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'close');
    child.stdout?.on('data', (data: Buffer) => {
      this.output += data.toString();
      this.#changed.dispatchEvent(new Event('change'));
    });
    child.stderr?.on('data', (data: Buffer) => {
      this.errors += data.toString();
      this.#changed.dispatchEvent(new Event('change'));
    });
    child.once('close', () => this.#changed.dispatchEvent(new Event('change')));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when it has said something, on either stream. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output + this.errors)) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`it ended without ${pattern}: ${this.output}${this.errors}`);
      }
      await once(this.#changed, 'change');
    }
  }

  /** Forgets what it has said so far. */
  forget(): void {
    this.output = '';
    this.errors = '';
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Reads no more of what it says: its pipe breaks. */
  hangUp(): void {
    this.#child.stdout?.destroy();
  }

  async end(): Promise<Finished> {
    await this.#ended;
    return { code: this.#child.exitCode, output: this.output, errors: this.errors };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
    }
    await this.#ended;
  }
}
