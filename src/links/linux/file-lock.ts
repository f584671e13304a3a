import { closeSync, ftruncateSync, futimesSync, openSync, writeSync } from 'node:fs';
import { classifyLinkError } from '../link-error.ts';
import { hasLibc, loadLibc } from './libc.ts';
import type { Libc } from './libc.ts';

/** LOCK_EX and LOCK_NB of sys/file.h: for one alone, and without waiting. Source: man 2 flock. */
const exclusiveNow = 0x2 | 0x4;
/** LOCK_UN. */
const free = 0x8;

/**
 * Holds a file for this process alone until disposed, or until the process ends, however it ends.
 * The process's number is written into it, for people. Where files cannot be locked (not Linux)
 * nobody is kept out.
 * @returns undefined when another process holds it
 * @throws LINK_COMMUNICATION when the file cannot be opened
 */
export async function lockFile(path: string): Promise<Disposable | undefined> {
  if (!hasLibc) return { [Symbol.dispose]: () => {} };
  const libc = await loadLibc();
  const fd = opened(path);
  if (libc.flock(fd, exclusiveNow) !== 0) {
    closeSync(fd);
    return undefined;
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`, 0);
  let isHeld = true;
  return {
    [Symbol.dispose]: () => {
      // The file stays: one that is taken away while another waits to lock it would be held twice.
      if (isHeld) closeSync(fd);
      isHeld = false;
    },
  };
}

function opened(path: string): number {
  try {
    // Not emptied at opening: it may be another's.
    return openSync(path, 'a+', 0o600);
  } catch (error) {
    throw classifyLinkError(error, path);
  }
}

/**
 * A file that processes hold in turn, many times a second: opened once, then locked and let go. Who
 * waits for it watches the file, whose times change whenever it is let go. Where files cannot be
 * locked (not Linux) nobody is kept out.
 */
export class FileLock implements Disposable {
  readonly #fd: number;
  readonly #libc: Libc | undefined;
  #isOpen = true;

  private constructor(fd: number, libc: Libc | undefined) {
    this.#fd = fd;
    this.#libc = libc;
  }

  /** @throws LINK_COMMUNICATION when the file cannot be opened */
  static async open(path: string): Promise<FileLock> {
    const libc = hasLibc ? await loadLibc() : undefined;
    return new FileLock(opened(path), libc);
  }

  /** Whether it is held now: nobody else held it. Taking it twice is holding it once. */
  tryLock(): boolean {
    return this.#libc === undefined || this.#libc.flock(this.#fd, exclusiveNow) === 0;
  }

  unlock(): void {
    this.#libc?.flock(this.#fd, free);
    const now = new Date();
    futimesSync(this.#fd, now, now);
  }

  /** Writes who holds it into the file, for people. */
  note(text: string): void {
    ftruncateSync(this.#fd);
    writeSync(this.#fd, text);
  }

  close(): void {
    // The file stays: one that is taken away while another waits to lock it would be held twice.
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
