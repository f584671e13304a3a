import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { SignalboxError } from '../kernel/index.ts';

/** A longer log is set aside as `.1`, in place of the one before: so a log has two such files at most. */
export const logFileBytesMost = 16_777_216;

/**
 * A file that lines are added to, and that never grows without limit. A line that cannot be written
 * (the disk is full) is counted and told of when there is room again: what is logged about must not
 * end because of its log.
 */
export class LogFile implements Disposable {
  readonly #path: string;
  readonly #bytesMost: number;
  #fd: number | undefined;
  #lostLines = 0;

  /** Opened with the first line. @param bytesMost @default {@link logFileBytesMost} */
  constructor(path: string, bytesMost: number = logFileBytesMost) {
    this.#path = path;
    this.#bytesMost = bytesMost;
  }

  /** Adds a line that ends with a line feed. Never throws. */
  write(line: string): void {
    try {
      this.#add(this.#lostLines === 0 ? line : lost(this.#lostLines) + line);
      this.#lostLines = 0;
    } catch {
      this.#lostLines += 1;
      this[Symbol.dispose]();
    }
  }

  /** Closes it; the next line opens it again. */
  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #add(text: string): void {
    const bytes = Buffer.from(text);
    const { size } = fstatSync(this.#opened());
    if (size > 0 && size + bytes.length > this.#bytesMost) this.#setAside();
    const written = writeSync(this.#opened(), bytes);
    if (written < bytes.length) throw new SignalboxError('INTERNAL', 'the disk is full');
  }

  #opened(): number {
    // Somebody may have taken it away; what is written to it then, nobody can read.
    if (this.#fd !== undefined && fstatSync(this.#fd).nlink === 0) this[Symbol.dispose]();
    if (this.#fd === undefined) {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      this.#fd = openSync(this.#path, 'a', 0o600);
    }
    return this.#fd;
  }

  #setAside(): void {
    this[Symbol.dispose]();
    renameSync(this.#path, `${this.#path}.1`);
  }
}

function lost(lines: number): string {
  const msg = `${lines} lines could not be written`;
  // As the lines around it: JSON with pino's number for `warn`. What came before may be cut short.
  return `\n${JSON.stringify({ level: 40, time: Date.now(), room: 'gateway', msg })}\n`;
}
