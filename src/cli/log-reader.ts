import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { sleep, systemClock } from '../kernel/index.ts';

const lookEveryMs = 200;
const readBytes = 65_536;

/** Reads the lines of a log, also while it grows, is set aside as `.1` and begun anew. */
export class LogReader implements Disposable {
  readonly #path: string;
  #file: OpenFile;

  /** @throws what the file system does when there is no such file */
  constructor(path: string) {
    this.#path = path;
    this.#file = new OpenFile(path);
  }

  /** The last lines that are there, with those of the file that was set aside as far as needed. */
  last(count: number): string[] {
    const lines = [...this.#file.newLines()];
    if (lines.length < count) lines.unshift(...this.#before());
    return count === 0 ? [] : lines.slice(-count);
  }

  /** The lines that are added after those that were read, until the signal aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    while (!signal.aborted) {
      const isAnother = this.#isReplaced();
      // What was added to the old file before it was set aside comes first.
      yield* this.#file.newLines();
      if (isAnother) this.#open();
      else await sleep(systemClock, lookEveryMs, signal).catch(() => {});
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #open(): void {
    this.#file.close();
    this.#file = new OpenFile(this.#path);
  }

  #isReplaced(): boolean {
    try {
      return statSync(this.#path).ino !== this.#file.inode;
    } catch {
      // Set aside a moment ago: the new one comes with the next line.
      return false;
    }
  }

  #before(): string[] {
    try {
      const lines = readFileSync(`${this.#path}.1`, 'utf8').split('\n');
      return lines.filter((line) => line !== '');
    } catch {
      return [];
    }
  }
}

/** One file, read from its beginning on, as far as it has whole lines. */
class OpenFile {
  readonly inode: number;
  readonly #fd: number;
  readonly #decoder = new TextDecoder();
  #position = 0;
  #rest = '';

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.inode = fstatSync(this.#fd).ino;
  }

  *newLines(): Generator<string, void, undefined> {
    // Emptied in place.
    if (fstatSync(this.#fd).size < this.#position) this.#position = 0;
    const buffer = new Uint8Array(readBytes);
    for (;;) {
      const length = readSync(this.#fd, buffer, 0, readBytes, this.#position);
      if (length === 0) return;
      this.#position += length;
      const part = this.#decoder.decode(buffer.subarray(0, length), { stream: true });
      const lines = (this.#rest + part).split('\n');
      this.#rest = lines.pop() ?? '';
      yield* lines.filter((line) => line !== '');
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}
