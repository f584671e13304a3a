import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

/** A virtual port as a program has it open that is not ready to wait. */
export class Terminal implements Disposable {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(65_536);

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  }

  /** What has come. */
  read(): Uint8Array {
    try {
      return this.#buffer.subarray(0, readSync(this.#fd, this.#buffer));
    } catch (error) {
      if (isFull(error)) return new Uint8Array();
      throw error;
    }
  }

  /** Gives how many of the bytes there was room for. */
  write(data: Uint8Array): number {
    try {
      return writeSync(this.#fd, data);
    } catch (error) {
      if (isFull(error)) return 0;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

/** Nothing to read, or no room to write, for the moment. */
function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}
